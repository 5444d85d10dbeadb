// On Windows, libuv (and so Node.js) sends the bytes of an IPC channel in frames. A frame starts with a header of four 32-bit
// numbers: flags, a number that is ignored, the length of the data, and zero. The flags say whether the description of a
// socket follows, and whether data follows: https://github.com/libuv/libuv/blob/v1.51.0/src/win/pipe.c
import { Buffer } from 'node:buffer'
import type { Codec } from './codec.js'

const HEADER = 16
/** The size of the description of a socket, uv__ipc_socket_xfer_info_t. */
const SOCKET = 632

const HAS_DATA = 1
const HAS_SOCKET = 2
/** The socket is a connection, not a server. */
const IS_CONNECTION = 4

/** Puts each message into a frame, and takes messages out of frames that arrive in pieces of any size. */
export class FramedCodec implements Codec {
  readonly #codec: Codec
  /** The header of the next frame, as far as it has arrived. */
  readonly #header = Buffer.alloc(HEADER)
  #headerLength = 0
  /** How many bytes of a socket's description are still to come. They are skipped: the message with it is declined. */
  #toSkip = 0
  /** How many bytes of the data are still to come. */
  #toRead = 0

  constructor(codec: Codec) {
    this.#codec = codec
  }

  /** Header and data are one piece, because a child that has read a part of a header blocks until the rest arrives. */
  encode(message: unknown): Uint8Array {
    const data = this.#codec.encode(message)
    const header = Buffer.alloc(HEADER)
    header.writeUInt32LE(HAS_DATA, 0)
    header.writeUInt32LE(data.length, 8)
    return Buffer.concat([header, data])
  }

  *decode(bytes: Buffer): Iterable<unknown> {
    for (let rest = bytes; rest.length > 0;) {
      if (this.#toSkip > 0) {
        const skipped = Math.min(this.#toSkip, rest.length)
        this.#toSkip -= skipped
        rest = rest.subarray(skipped)
      } else if (this.#toRead > 0) {
        const data = rest.subarray(0, this.#toRead)
        this.#toRead -= data.length
        rest = rest.subarray(data.length)
        yield* this.#codec.decode(data)
      } else {
        const copied = rest.copy(this.#header, this.#headerLength)
        this.#headerLength += copied
        rest = rest.subarray(copied)
        if (this.#headerLength === HEADER) this.#begin()
      }
    }
  }

  /** @throws if libuv would refuse the header, too */
  #begin(): void {
    const flags = this.#header.readUInt32LE(0)
    const length = this.#header.readUInt32LE(8)
    const hasSocket = (flags & HAS_SOCKET) !== 0
    const isWrong =
      flags > (HAS_DATA | HAS_SOCKET | IS_CONNECTION) ||
      (!hasSocket && (flags & IS_CONNECTION) !== 0) ||
      ((flags & HAS_DATA) === 0 && length > 0) ||
      this.#header.readUInt32LE(12) !== 0
    if (isWrong) throw new Error('the header of a frame is wrong')
    this.#headerLength = 0
    this.#toSkip = hasSocket ? SOCKET : 0
    this.#toRead = length
  }
}
