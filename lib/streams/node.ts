import { Buffer } from 'node:buffer'
import type * as Net from 'node:net'
// Pipes as streams on Node, Electron and Deno. A Socket owns its fd: closing it in any other way aborts the process.
import { platform } from 'node:process'
import type { Duplex, Readable, Writable } from 'node:stream'
import { hasUnread } from '../native.js'
import { READ_SIZE } from './wire.js'
import type { Wire, WireListener } from './wire.js'

/** Every option that a Socket would otherwise take from a polluted Object.prototype. */
const PLAIN: object = Object.fromEntries(
  (
    'handle signal onread blockList captureRejections noDelay keepAlive keepAliveInitialDelay pauseOnCreate ' +
    'manualStart allowHalfOpen objectMode readableObjectMode writableObjectMode encoding defaultEncoding ' +
    'highWaterMark readableHighWaterMark writableHighWaterMark read write writev destroy final construct'
  )
    .split(' ')
    .map((name) => [name, undefined]),
)

function socketOn(
  fd: number,
  directions: { readable: boolean; writable: boolean },
  manualStart = false,
  onread?: Net.OnReadOpts,
): Net.Socket {
  // Not at the top of the file, because node:net takes a third of the time in which this package loads.
  const { Socket } = require('node:net') as typeof Net
  return new Socket({ ...PLAIN, fd, ...directions, manualStart, onread } as Net.SocketConstructorOpts)
}

// Both directions are always given, because their defaults depend on the version of Node.

/**
 * A Socket starts reading when it is created, and what it has read can no longer be given to another child. With this
 * option it reads only when somebody asks for data, as process.stdin does. (On Windows, streams cannot be given to a
 * child.)
 */
const manualStart = platform !== 'win32'

export function openStdin(fd: number): Writable {
  const socket = socketOn(fd, { readable: false, writable: true })
  // It is not an error if a child does not read its stdin; code that wants to know uses the callback of its write.
  socket.on('error', () => {})
  return socket
}

export function openOutput(fd: number): Readable {
  return socketOn(fd, { readable: true, writable: false }, manualStart)
}

export function openBoth(fd: number): Duplex {
  return socketOn(fd, { readable: true, writable: true }, manualStart)
}

type WriteMethod = (chunk: unknown, encoding: BufferEncoding, done: (error?: Error | null) => void) => void

export function openWire(fd: number, listener: WireListener): Wire {
  const onread = {
    buffer: Buffer.allocUnsafeSlow(READ_SIZE),
    callback: (count: number, buffer: Uint8Array) => listener.received((buffer as Buffer).subarray(0, count)),
  }
  const socket = socketOn(fd, { readable: true, writable: true }, true, onread)
  const broken = keepOpenWhenWritesFail(socket)
  const ended = (): void => listener.ended()
  // A reset counts as an end: the other end was closed before somebody had read everything that we wrote.
  socket
    .on('error', () => {})
    .once('end', ended)
    .once('close', ended)
  socket.unref()
  return {
    write: (bytes, done) => void socket.write(bytes, (error) => done(!error && !broken() && !socket.destroyed)),
    read: () => void socket.resume(),
    pause: () => void socket.pause(),
    isExhausted() {
      const behind = (socket as { _handle?: { fd?: number } | null })._handle?.fd
      return behind !== undefined && behind >= 0 && !hasUnread(behind)
    },
    close: () => void socket.destroy(),
  }
}

/**
 * Keeps a failed write from destroying the socket, and with it the data that is still to be read. Returns a function
 * that says whether a write has failed.
 */
function keepOpenWhenWritesFail(socket: Net.Socket): () => boolean {
  const parts = socket as unknown as { _write: WriteMethod; _writev: unknown }
  const { _write } = parts
  let broken = false
  parts._writev = null
  parts._write = (chunk, encoding, done) => {
    _write.call(socket, chunk, encoding, (error) => {
      if (error) broken = true
      done()
    })
  }
  return () => broken
}
