// Streams of a child that has exited: no fd is left behind them.
import type * as Stream from 'node:stream'

// Not loaded before it is used, because node:stream takes a part of the time in which this package loads.
const streams = (): typeof Stream => require('node:stream')

/** Returns a stdin that nobody reads any more: a write fails in its callback with ERR_STREAM_DESTROYED. */
export function spentStdin(): Stream.Writable {
  const stream = new (streams().Writable)()
  stream.on('error', () => {})
  return stream.destroy()
}

/**
 * Returns a stream of the bytes that were still in the pipe. It is a Duplex, as the sockets of running children are, so
 * that a late write() on fd 3 and up is an ordinary error and not a TypeError.
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
