import { Buffer } from 'node:buffer'
import type * as Net from 'node:net'
// Pipes as streams on Node, Electron and Deno. A Socket owns its fd: closing it by any other way aborts the process.
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
  // Here, and not above: node:net is a third of the time that this package takes to load.
  const { Socket } = require('node:net') as typeof Net
  return new Socket({ ...PLAIN, fd, ...directions, manualStart, onread } as Net.SocketConstructorOpts)
}

// Both directions are always spelled out: left out, they depend on the version of Node.

/**
 * A Socket reads as soon as there is one, and what it has read can no longer go to another child. With this it reads
 * when somebody asks for data, as process.stdin does. (On Windows streams go to no child.)
 */
const manualStart = platform !== 'win32'

export function openStdin(fd: number): Writable {
  const socket = socketOn(fd, { readable: false, writable: true })
  // A child that does not read its stdin is no error of ours; a write that cares has its callback.
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
  // A reset is an end, too: the other end was closed with something of ours in it that nobody had read.
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

/** A failed write would destroy the socket, and with it what is still to be read. Returns whether one has failed. */
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
