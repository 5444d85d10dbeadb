// The parent's ends of the child's pipes, as streams. A pipe becomes a stream when somebody first asks for it; until
// then it costs nothing here.
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

/** What is known about a stream that was created here. */
export interface OwnPipe {
  readonly pipes: Pipes
  /** The fd of the child. */
  readonly fd: number
  /** If the child had exited: what was left in the pipe. There is no fd behind the stream then. */
  readonly left: Uint8Array | null
  /** Whether the stream has been given to another child. */
  given: boolean
}

export type Reader = 'output()' | 'lines()'

/** Collects what comes out of a pipe, without a stream. */
export interface NativeCollector {
  /**
   * Stops collecting and returns a stream instead, which begins with what was collected. If more is to come, `open`
   * creates it.
   */
  release(open: (fd: number) => Readable): Readable
  stop(): void
}

/** A weak map, because only code that holds a stream can ask about it. */
export const ownPipes = new WeakMap<object, OwnPipe>()

const { openBoth, openOutput, openStdin } = Object.hasOwn(versions, 'bun') ? bun : node

export class Pipes {
  /** The method that reads a stream from its beginning to its end, by the child's fd. */
  readonly readers: Partial<Record<number, Reader>> = Object.create(null)
  readonly #native: NativeChild
  /**
   * The streams, by the child's fd. Null: there is no pipe, or this handle does not have it (any more). Undefined:
   * nobody has asked for it.
   */
  readonly #streams: Record<number, Stream | null | undefined> = Object.create(null)
  readonly #collectors: Record<number, NativeCollector> = Object.create(null)
  #stdin: Writable | null = null
  /** Whether stdin was closed before anybody asked for it. */
  #stdinClosed = false
  /** All streams that can be read, taken or not. Empty after the exit. */
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

  /** Removes the stream from this handle, because another child gets it. Returns whether this handle had it. */
  lend(fd: number, stream: unknown): boolean {
    const had = this.#streams[fd] === stream
    if (had) this.#streams[fd] = null
    return had
  }

  /** Returns a stream to this handle, because the other child was not started. */
  giveBack(fd: number, stream: unknown, had: boolean): void {
    if (had) this.#streams[fd] = stream as Stream
    if (this.#exited) settle(stream as Stream, fd)
  }

  /** Returns the stream once and removes it from this handle. */
  take(fd: number): Stream | null {
    const stream = this.get(fd)
    this.#streams[fd] = null
    return stream
  }

  /** Whether the pipe was taken, or belongs to another handle. */
  wasTaken(fd: number): boolean {
    return !this.#streams[fd] && this.#native.isTaken(fd)
  }

  /** Closes our end of a stdin that nobody has asked for, so that the child reads an end of file. */
  closeUnusedStdin(): void {
    if (this.#streams[0] === undefined && this.#native.closePipe(0)) this.#stdinClosed = true
  }

  /** Returns the stream without creating it; undefined if nobody has asked for it yet. */
  peek(fd: number): Stream | null | undefined {
    return this.#streams[fd]
  }

  /**
   * Gives the pipe to a collector on the native side, until somebody asks for the stream.
   *
   * @returns false if there is a stream already, or if there has to be one
   */
  collect(fd: number, begin: (native: NativeChild) => NativeCollector | null): boolean {
    if (this.#streams[fd] !== undefined) return false
    const collector = begin(this.#native)
    if (collector !== null) this.#collectors[fd] = collector
    return collector !== null
  }

  /** Closes stdin after everything that has been written to it. */
  endStdin(): void {
    if (this.#streams[0] === undefined) this.closeUnusedStdin()
    else this.#stdin?.end()
  }

  /** All streams by fd. Each element is a getter, so that using one of them does not open the others. */
  get view(): readonly (Stream | null)[] {
    return (this.#view ??= this.#makeView())
  }

  /**
   * Destroys stdin, because nobody reads it any more: if it stayed open, it would leak its fd, and a later write would
   * fail with an unexpected EPIPE. What the child has written can still be read.
   */
  childExited(): void {
    this.#exited = true
    const stdin = this.#stdin
    // Pending writes fail with the same error as if the pipe had failed; Writable.toWeb() relies on an error.
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
 * Brings a stream of a child that has exited to its end if possible. Stdin is destroyed. A stream that can be read, but
 * has no data left, ends and closes its fd even if nobody reads it. Data that is left stays in the kernel.
 */
function settle(stream: Stream, fd: number): void {
  if (fd === 0) {
    stream.destroy()
    return
  }
  const { _handle: handle, destroyed } = stream as { _handle?: { fd: number; reading: boolean } | null } & Stream
  const own = ownPipes.get(stream)
  if (destroyed || own?.given) return
  if (handle ? handle.reading || hasUnread(handle.fd) : own?.left?.length !== 0) return
  const readable = stream as Readable
  readable.read(0)
  // Without an fd, the first read has only found out that nothing is there.
  if (!handle) readable.read(0)
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
