// The codec of serialization 'json': each message is a line of JSON.
import { Buffer, constants } from 'node:buffer'
import { invalidArgValue } from '../errors.js'
import type { Codec } from './codec.js'

const LINE_FEED = 10

export class JsonCodec implements Codec {
  /** The pieces of a line that is not complete yet. */
  #pieces: Buffer[] = []
  #length = 0

  encode(message: unknown): Uint8Array {
    const text = JSON.stringify(message) as string | undefined
    if (text === undefined) throw invalidArgValue('message', 'must be something that JSON can express', message)
    return Buffer.from(`${text}\n`)
  }

  *decode(bytes: Buffer): Iterable<unknown> {
    let from = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      const line = this.#finish(bytes.subarray(from, end))
      from = end + 1
      yield JSON.parse(line)
    }
    if (from < bytes.length) this.#keep(bytes.subarray(from))
  }

  #finish(last: Buffer): string {
    if (this.#pieces.length === 0) return last.toString()
    const line = Buffer.concat([...this.#pieces, last])
    this.#pieces = []
    this.#length = 0
    return line.toString()
  }

  /** Keeps a copy, because the bytes are valid only during this read. */
  #keep(piece: Buffer): void {
    this.#length += piece.length
    if (this.#length > constants.MAX_STRING_LENGTH) throw new RangeError('a line is too long for a string')
    this.#pieces.push(Buffer.from(piece))
  }
}
