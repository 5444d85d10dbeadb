import type * as Net from 'node:net'
// Pipes as streams on Node, Electron and Deno. A Socket owns its fd: closing it by any other way aborts the process.
import { platform } from 'node:process'
import type { Duplex, Readable, Writable } from 'node:stream'

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

function socketOn(fd: number, directions: { readable: boolean; writable: boolean }, manualStart = false): Net.Socket {
  // Here, and not above: node:net is a third of the time that this package takes to load.
  const { Socket } = require('node:net') as typeof Net
  return new Socket({ ...PLAIN, fd, ...directions, manualStart } as Net.SocketConstructorOpts)
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
