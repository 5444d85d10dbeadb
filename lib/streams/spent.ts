// Streams of a child that has exited: no fd is left behind them.
import { Duplex, Writable } from 'node:stream'

/** A stdin that nobody reads any more: a write fails in its callback with ERR_STREAM_DESTROYED. */
export function spentStdin(): Writable {
  const stream = new Writable()
  stream.on('error', () => {})
  return stream.destroy()
}

/**
 * The bytes that were still in the pipe, then the end. A Duplex, as the sockets of the living are: on fd 3 and up a
 * late write() is an error and not a TypeError.
 */
export function leftover(bytes: Uint8Array): Duplex {
  const stream = new Duplex({
    read() {
      if (bytes.length > 0) this.push(bytes)
      this.push(null)
    },
  })
  return stream.end()
}
