// Encodes messages for a channel, and decodes what is read from it.
import type { SpawnOptions } from '../types.js'

export type Serialization = NonNullable<SpawnOptions['serialization']>

/** Each channel has its own codec, which keeps the beginning of a message that is not complete yet. */
export interface Codec {
  /** @throws if the message cannot be sent; nothing must be written then */
  encode(message: unknown): Uint8Array
  /**
   * Yields the messages that `bytes` complete. The bytes are valid only during this call.
   *
   * @throws if the bytes are malformed, after it has yielded the messages before them
   */
  decode(bytes: Buffer): Iterable<unknown>
}
