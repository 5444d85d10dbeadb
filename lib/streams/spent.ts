// Streams of a child that has exited: no fd is left behind them.
import type * as Stream from 'node:stream'

// When they are used, and not before: node:stream is part of the time that this package takes to load.
const streams = (): typeof Stream => require('node:stream')

/** A stdin that nobody reads any more: a write fails in its callback with ERR_STREAM_DESTROYED. */
export function spentStdin(): Stream.Writable {
  const stream = new (streams().Writable)()
  stream.on('error', () => {})
  return stream.destroy()
}

/**
 * The bytes that were still in the pipe, then the end. A Duplex, as the sockets of the living are: on fd 3 and up a
 * late write() is an error and not a TypeError.
 */
export function leftover(bytes: Uint8Array): Stream.Duplex {
  const stream = new (streams().Duplex)({
    __proto__: null,
    read() {
      if (bytes.length > 0) this.push(bytes)
      this.push(null)
    },
  } as Stream.DuplexOptions)
  return stream.end()
}
