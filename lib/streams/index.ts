// The parent's ends of the child's pipes, as streams. A pipe becomes a stream when it is first asked for: until then it
// costs nothing here.
import { closeSync } from 'node:fs'
import { versions } from 'node:process'
import type { Duplex, Readable, Writable } from 'node:stream'
import type { NativeChild } from '../../index.js'
import { brokenPipe } from '../errors.js'
import { hasUnread } from '../native.js'
import * as bun from './bun.js'
import * as node from './node.js'
import { leftover, spentStdin } from './spent.js'

type Stream = Readable | Writable | Duplex

/** What is known of a stream that was made here. */
export interface OwnPipe {
  readonly pipes: Pipes
  /** The child's. */
  readonly fd: number
  /** All that was left in the pipe of a child that has exited: there is no fd behind the stream. */
  readonly left: Uint8Array | null
  /** Whether it is another child's now. */
  given: boolean
}

export type Reader = 'output()' | 'lines()'

/** Collects what comes out of a pipe without a stream. */
export interface NativeCollector {
  /** Gives way to a stream, made by `open` if there is more to come, which begins with what was collected. */
  release(open: (fd: number) => Readable): Readable
  stop(): void
}

/** Weak: whoever holds a stream may ask about it. */
export const ownPipes = new WeakMap<object, OwnPipe>()

const { openBoth, openOutput, openStdin } = Object.hasOwn(versions, 'bun') ? bun : node

export class Pipes {
  /** By fd of the child: what reads it from its beginning to its end. */
  readonly readers: Partial<Record<number, Reader>> = Object.create(null)
  readonly #native: NativeChild
  /** By fd of the child; null = no pipe, or not ours (any more); undefined = nobody has asked. */
  readonly #streams: Record<number, Stream | null | undefined> = Object.create(null)
  readonly #collectors: Record<number, NativeCollector> = Object.create(null)
  #stdin: Writable | null = null
  /** Before anybody has asked for it. */
  #stdinClosed = false
  /** Those that can be read, taken or not, until the exit. */
  #outputs: Stream[] = []
  #exited: boolean
  #view: readonly (Stream | null)[] | null = null

  constructor(native: NativeChild, exited: boolean) {
    this.#native = native
    this.#exited = exited
  }

  get(fd: number): Stream | null {
    const known = this.#streams[fd]
    if (known !== undefined) return known
    const stream = this.#open(fd)
    this.#streams[fd] = stream
    if (fd === 0) this.#stdin = stream as Writable | null
    else if (stream !== null && !this.#exited) this.#outputs.push(stream)
    if (stream !== null && this.#exited) settle(stream, fd)
    return stream
  }

  /** Another child has the stream, or is to have it. Returns whether this handle had it. */
  lend(fd: number, stream: unknown): boolean {
    const had = this.#streams[fd] === stream
    if (had) this.#streams[fd] = null
    return had
  }

  /** The other child did not come to be. */
  giveBack(fd: number, stream: unknown, had: boolean): void {
    if (had) this.#streams[fd] = stream as Stream
    if (this.#exited) settle(stream as Stream, fd)
  }

  /** Hands the stream over, once: from here on it is not this handle's any more. */
  take(fd: number): Stream | null {
    const stream = this.get(fd)
    this.#streams[fd] = null
    return stream
  }

  /** Whether somebody else has it: its taker, or another handle. */
  wasTaken(fd: number): boolean {
    return !this.#streams[fd] && this.#native.isTaken(fd)
  }

  /** Closes our end of a stdin that nobody has asked for: the child reads an end of file. */
  closeUnusedStdin(): void {
    if (this.#streams[0] === undefined && this.#native.closePipe(0)) this.#stdinClosed = true
  }

  /** The stream, if there is one yet; undefined if nobody has asked for it. */
  peek(fd: number): Stream | null | undefined {
    return this.#streams[fd]
  }

  /**
   * Gives the pipe to a collector on the native side, until somebody asks for the stream.
   *
   * @returns false: there is a stream already, or there has to be one
   */
  collect(fd: number, begin: (native: NativeChild) => NativeCollector | null): boolean {
    if (this.#streams[fd] !== undefined) return false
    const collector = begin(this.#native)
    if (collector !== null) this.#collectors[fd] = collector
    return collector !== null
  }

  /** The child reads the end of its input, once what has been written is there. */
  endStdin(): void {
    if (this.#streams[0] === undefined) this.closeUnusedStdin()
    else this.#stdin?.end()
  }

  /** All streams by fd. Each element is a getter, for one of them is no reason to open the others. */
  get view(): readonly (Stream | null)[] {
    return (this.#view ??= this.#makeView())
  }

  /**
   * Nobody reads stdin any more: left open, it would leak its fd, and fail a later write with an EPIPE that nobody
   * expects. What the child has written stays there to be read.
   */
  childExited(): void {
    this.#exited = true
    const stdin = this.#stdin
    // What is still being written fails as it does when the pipe itself says so; Writable.toWeb() relies on an error.
    stdin?.destroy(stdin.writableLength > 0 ? brokenPipe() : undefined)
    this.#outputs.forEach((stream) => settle(stream, 1))
    this.#outputs = []
  }

  /** Ends the streams that this handle still has. */
  destroy(): void {
    for (const collector of Object.values(this.#collectors)) collector.stop()
    for (const stream of Object.values(this.#streams)) stream?.destroy()
  }

  #open(fd: number): Stream | null {
    if (fd === 0 && this.#stdinClosed) return spentStdin()
    const collector = this.#collectors[fd]
    if (collector !== undefined) {
      delete this.#collectors[fd]
      return this.#own(
        fd,
        collector.release((pipe) => open(fd, pipe) as Readable),
        null,
      )
    }
    return this.#native.takePipe(fd, (pipe) => {
      const left = typeof pipe === 'number' ? null : pipe
      return this.#own(fd, left === null ? open(fd, pipe as number) : closed(fd, left), left)
    }) as Stream | null
  }

  #own(fd: number, stream: Stream, left: Uint8Array | null): Stream {
    ownPipes.set(stream, { pipes: this, fd, left, given: false })
    return stream
  }

  #makeView(): readonly (Stream | null)[] {
    const view: (Stream | null)[] = []
    for (let fd = 0; fd < this.#native.stdioLength; fd++) {
      Object.defineProperty(view, fd, {
        __proto__: null,
        get: () => this.get(fd),
        enumerable: true,
      } as PropertyDescriptor)
    }
    return Object.freeze(view)
  }
}

/**
 * After the exit nobody reads stdin. What can be read may have come to its end without a byte: then it ends and closes
 * its fd, although nobody reads it. Bytes that are there stay in the kernel.
 */
function settle(stream: Stream, fd: number): void {
  if (fd === 0) {
    stream.destroy()
    return
  }
  const { _handle: handle, destroyed } = stream as { _handle?: { fd: number; reading: boolean } | null } & Stream
  if (!handle || handle.reading || destroyed || ownPipes.get(stream)?.given) return
  if (!hasUnread(handle.fd)) (stream as Readable).read(0)
}

function open(fd: number, pipe: number): Stream {
  try {
    return fd === 0 ? openStdin(pipe) : fd < 3 ? openOutput(pipe) : openBoth(pipe)
  } catch (error) {
    closeSync(pipe)
    throw error
  }
}

const closed = (fd: number, left: Uint8Array): Stream => (fd === 0 ? spentStdin() : leftover(left))
