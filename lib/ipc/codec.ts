// How messages are written on a channel, and found again in what is read from it.
import type { SpawnOptions } from '../types.js'

export type Serialization = NonNullable<SpawnOptions['serialization']>

/** One for each channel: it keeps what has come of a message that is not whole yet. */
export interface Codec {
  /** @throws what is wrong with the message; nothing is to be written then */
  encode(message: unknown): Uint8Array
  /**
   * The messages that `bytes` complete. The bytes are good for the time of this call only.
   *
   * @throws what is wrong with them, after the messages before that
   */
  decode(bytes: Buffer): Iterable<unknown>
}
