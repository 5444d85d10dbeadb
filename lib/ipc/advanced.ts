// The codec of serialization 'advanced': each message is its length, in 4 bytes, followed by V8's serialization of it:
// https://github.com/nodejs/node/blob/v24.0.0/lib/internal/child_process/serialization.js
import { Buffer } from 'node:buffer'
import type * as V8 from 'node:v8'
import type { Codec } from './codec.js'

const LENGTH = 4
/** The first byte of everything that V8 serializes; the version of the format follows. */
const MARK = 0xff

export class AdvancedCodec implements Codec {
  /** The pieces of a message that is not complete yet. */
  #pieces: Buffer[] = []
  #length = 0

  encode(message: unknown): Uint8Array {
    const serializer = new (serializers().Serializer)()
    serializer.writeRawBytes(new Uint8Array(LENGTH))
    serializer.writeHeader()
    serializer.writeValue(message)
    const bytes = serializer.releaseBuffer()
    bytes.writeUInt32BE(bytes.length - LENGTH, 0)
    return bytes
  }

  *decode(bytes: Buffer): Iterable<unknown> {
    this.#pieces.push(Buffer.from(bytes))
    this.#length += bytes.length
    for (let end = this.#endOfFirst(); end <= this.#length; end = this.#endOfFirst()) {
      const all = this.#merge()
      // A copy, because the values that are read from it are views into it.
      const message = new Uint8Array(all.subarray(LENGTH, end))
      this.#pieces = [all.subarray(end)]
      this.#length -= end
      yield deserialize(message)
    }
  }

  /**
   * Returns where the first message ends, which may lie beyond what is here; Infinity if its length is not known yet.
   */
  #endOfFirst(): number {
    if (this.#length <= LENGTH) return Infinity
    const head = this.#pieces[0]!.length > LENGTH ? this.#pieces[0]! : this.#merge()
    // Without this check, other text would be taken for the length of a huge message that never comes.
    if (head[LENGTH] !== MARK) throw new Error('no value that V8 has serialized begins like this')
    return LENGTH + head.readUInt32BE(0)
  }

  #merge(): Buffer {
    const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces)
    this.#pieces = [all]
    return all
  }
}

/** V8's serializers with Node's addition: a host object is sent as its properties, as JSON would send it. */
interface HostSerializer extends V8.DefaultSerializer {
  _writeHostObject(object: object): void
}

interface HostDeserializer extends V8.DefaultDeserializer {
  _readHostObject(): unknown
}

interface Serializers {
  readonly Serializer: new () => V8.DefaultSerializer
  readonly Deserializer: new (bytes: Uint8Array) => V8.DefaultDeserializer
}

/** The kinds of host objects in a message. */
const VIEW_OF_BYTES = 0
const PROPERTIES = 1

let made: Serializers | undefined

/** Loads node:v8 only when it is needed. */
function serializers(): Serializers {
  return (made ??= makeSerializers(require('node:v8') as typeof V8))
}

function makeSerializers(v8: typeof V8): Serializers {
  const Writer = v8.DefaultSerializer as unknown as new () => HostSerializer
  const Reader = v8.DefaultDeserializer as unknown as new (bytes: Uint8Array) => HostDeserializer
  return {
    Serializer: class extends Writer {
      override _writeHostObject(object: object): void {
        if (ArrayBuffer.isView(object)) {
          this.writeUint32(VIEW_OF_BYTES)
          super._writeHostObject(object)
        } else {
          this.writeUint32(PROPERTIES)
          this.writeValue({ ...object })
        }
      }
    },
    Deserializer: class extends Reader {
      override _readHostObject(): unknown {
        return this.readUint32() === VIEW_OF_BYTES ? super._readHostObject() : this.readValue()
      }
    },
  }
}

function deserialize(bytes: Uint8Array): unknown {
  const deserializer = new (serializers().Deserializer)(bytes)
  deserializer.readHeader()
  return deserializer.readValue()
}
