// Streams of this process that become fds of a child: which ones are refused, and how they are handed over.
import type { FilledPipe as Filled, SpawnFailure } from '../../index.js'
import { invalidArgValue } from '../errors.js'
import type { Handle } from '../handle.js'
import { FilledPipe } from '../native.js'
import { Hold } from '../streams/hold.js'
import type { StreamParts } from '../streams/hold.js'
import { ownPipes } from '../streams/index.js'
import type { OwnPipe } from '../streams/index.js'

interface Stream extends StreamParts {
  readonly fd?: unknown
  readonly pending?: boolean
  readonly connecting?: boolean
  readonly encrypted?: boolean
  readonly readableLength?: number
  readonly readableDidRead?: boolean
  readonly readableEnded?: boolean
  readonly writableLength?: number
  readonly _isStdio?: boolean
  readonly _readableState?: { reading?: boolean; readonly decoder?: { readonly lastNeed?: number } | null } | null
  destroy(): void
}

export function isFd(fd: unknown): fd is number {
  return typeof fd === 'number' && Number.isInteger(fd) && fd >= 0 && fd <= 0x7fff_ffff
}

/** Returns false for a FileHandle and the like, which is read only by code that calls its read(). */
export function isStream(entry: object): entry is Stream {
  const { on, destroy } = entry as { on?: unknown; destroy?: unknown }
  return 'destroyed' in entry && typeof on === 'function' && typeof destroy === 'function'
}

/** All streams of one spawn. They are not changed before {@link take}. */
export class GivenStreams {
  readonly #streams = new Map<Stream, GivenStream>()
  readonly #places: [index: number, stream: GivenStream][] = []

  /**
   * @param name the name of the option, for the error
   * @returns false if there is nothing behind the stream that a child could have
   * @throws if the stream cannot be given away; the error says why
   */
  add(stream: Stream, index: number, name: string): boolean {
    let given = this.#streams.get(stream)
    if (given === undefined) {
      const own = ownPipes.get(stream)
      const reason = refusal(stream, own)
      if (reason !== null) throw invalidArgValue(name, reason, stream)
      const bytes = own === undefined ? null : leftBytes(stream, own)
      const fd = bytes === null ? fdOf(stream) : null
      if (bytes === null && fd === null) return false
      given = new GivenStream(stream, own, fd, bytes)
      this.#streams.set(stream, given)
    }
    this.#places.push([index, given])
    return true
  }

  /** Makes this process stop reading the streams, and writes their fds to their places in the list. */
  take(fds: number[]): SpawnFailure | null {
    for (const stream of this.#streams.values()) {
      const failure = stream.take()
      if (failure === null) continue
      this.sent()
      this.giveBack()
      return failure
    }
    for (const [index, stream] of this.#places) fds[index] = stream.fd!
    return null
  }

  /** Call this when the native side has copies of the fds. */
  sent(): void {
    this.#streams.forEach((stream) => stream.sent())
  }

  arrived(child: Handle): void {
    this.#streams.forEach((stream) => stream.arrived(child))
  }

  /** Restores the streams, because nothing was started. */
  giveBack(): void {
    this.#streams.forEach((stream) => stream.giveBack())
  }
}

class GivenStream {
  readonly #stream: Stream
  readonly #own: OwnPipe | undefined
  /** What is left to be read, if there is no fd behind the stream. */
  readonly #bytes: Uint8Array | null
  fd: number | null
  #pipe: Filled | null = null
  #hold: Hold | null = null
  /** Whether the handle of the child to which the stream belongs had it. */
  #handleHadIt = false

  constructor(stream: Stream, own: OwnPipe | undefined, fd: number | null, bytes: Uint8Array | null) {
    this.#stream = stream
    this.#own = own
    this.fd = fd
    this.#bytes = bytes
  }

  take(): SpawnFailure | null {
    if (this.#bytes !== null) {
      const pipe = FilledPipe.of(this.#bytes)
      if ('errno' in pipe) return pipe
      this.#pipe = pipe
      this.fd = pipe.fd
    }
    this.#hold = Hold.on(this.#stream)
    const own = this.#own
    if (own !== undefined) {
      own.given = true
      this.#handleHadIt = own.pipes.lend(own.fd, this.#stream)
    }
    return null
  }

  sent(): void {
    this.#pipe?.close()
  }

  arrived(child: Handle): void {
    // If this is a pipe between two children, end of file and SIGPIPE come only if no other process has the pipe.
    if (this.#own !== undefined) this.#stream.destroy()
    else child.onExit(() => this.#hold?.release())
  }

  giveBack(): void {
    if (this.#hold === null) return
    const own = this.#own
    if (own !== undefined) own.given = false
    this.#hold.undo()
    own?.pipes.giveBack(own.fd, this.#stream, this.#handleHadIt)
  }
}

/** An fs stream, process.stdout and the like have an fd; other streams have a handle with one. */
function fdOf({ fd, _handle }: Stream): number | null {
  if (isFd(fd)) return fd
  const behind = _handle?.fd
  return isFd(behind) ? behind : null
}

/** Returns what is left of a pipe that nobody has read, if there is no fd behind the stream any more. */
function leftBytes(stream: Stream, own: OwnPipe): Uint8Array | null {
  if (hasEndedUnread(stream, own)) return new Uint8Array()
  return own.left
}

/** Whether the stream ended without a byte, because the child wrote nothing. */
function hasEndedUnread({ readableEnded, readableDidRead }: Stream, { fd }: OwnPipe): boolean {
  return fd > 0 && readableEnded === true && readableDidRead === false
}

/** Says why this stream cannot be given away, or returns null. It completes "The property 'options.stdio[0]' ..". */
function refusal(stream: Stream, own: OwnPipe | undefined): string | null {
  if (own?.given) return 'must be a stream that was not given to another child'
  const reader = own?.pipes.readers[own.fd]
  if (reader) return `must be a stream that ${reader} does not read`
  if (own !== undefined && hasEndedUnread(stream, own)) return null
  if (stream.destroyed) return 'must be a stream that was not destroyed'
  if (stream.encrypted) return 'must be a stream that is not encrypted: only this process can read it'
  if (stream.connecting || stream.pending)
    return "must be a stream that is open: its 'connect' or 'open' event is still to come"
  const ahead = stream.readableLength || stream._readableState?.decoder?.lastNeed
  if (ahead) return 'must be a stream without data read ahead: some of it is in this process already'
  if (own?.left && stream.readableDidRead) return 'must be a stream that was not read'
  // A read of a Socket can be cancelled; a read of a file is done by another thread.
  if (!stream._handle && stream._readableState?.reading)
    return 'must be a stream that is not being read: some of it is on its way to this process'
  // The event loop would write the data later and might block, because the file is in blocking mode by then. (The
  // process's own streams write at once.)
  if (stream._handle && stream.writableLength && !stream._isStdio)
    return 'must be a stream without unwritten data: the callback of its last write() is still to come'
  return null
}
