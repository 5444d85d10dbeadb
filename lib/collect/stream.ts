// Collects what comes out of a stream, with a limit.
import { Buffer } from 'node:buffer'
import type { Readable } from 'node:stream'
import type { Collector, Limit } from './collector.js'

const NOTHING = Buffer.alloc(0)

/** Reads until the end of file, the limit of kind 'kill', or stop(). */
export function collectStream(stream: Readable | null, limit: Limit): Collector {
  const kept = limit.overflow === 'tail' ? new Tail(limit.bytes) : new Head(limit.bytes)
  let ended = stream === null || stream.readableEnded
  const onData = (chunk: Buffer): void => {
    kept.add(chunk)
    if (!kept.truncated || limit.overflow !== 'kill') return
    // This order makes the child die of the signal that it is sent, and not of SIGPIPE.
    limit.exceeded()
    stop()
  }
  const stop = (): void => {
    stream?.off('data', onData).destroy()
  }
  const done = new Promise<void>((resolve) => {
    if (stream === null || ended) return resolve()
    // After an error of the pipe, nothing more can be read: 'close' follows, and `drained` is false then.
    stream
      .on('data', onData)
      .on('error', () => {})
      .once('close', resolve)
    stream.once('end', () => {
      ended = true
      resolve()
    })
    stream.resume()
  })
  return { done, stop, ended: () => ended, truncated: () => kept.truncated, bytes: () => kept.bytes() }
}

/** Keeps the first bytes. */
class Head {
  truncated = false
  readonly #chunks: Buffer[] = []
  #room: number

  constructor(limit: number) {
    this.#room = limit
  }

  add(chunk: Buffer): void {
    const room = this.#room
    if (chunk.length > room) this.truncated = true
    if (room > 0) this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
    this.#room = Math.max(0, room - chunk.length)
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }
}

/** Keeps the last bytes. */
class Tail {
  truncated = false
  #chunks: Buffer[] = []
  /** The index of the first chunk that is kept; those before it have been dropped. */
  #first = 0
  #length = 0
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    while (this.#length > this.#limit && this.#drop());
    // Not each time a chunk is dropped, because this moves all the others.
    if (this.#first < 1024 || this.#first * 2 < this.#chunks.length) return
    this.#chunks = this.#chunks.slice(this.#first)
    this.#first = 0
  }

  /** Drops the first chunk, if none of its bytes are among the last ones. */
  #drop(): boolean {
    this.truncated = true
    const { length } = this.#chunks[this.#first]!
    if (this.#length - length < this.#limit) return false
    this.#length -= length
    this.#chunks[this.#first++] = NOTHING
    return true
  }

  bytes(): Buffer {
    const all = Buffer.concat(this.#chunks.slice(this.#first))
    return all.subarray(Math.max(0, Math.ceil(all.length - this.#limit)))
  }
}
