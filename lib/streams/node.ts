// Pipes as streams on Node, Electron and Deno. A Socket owns its fd: closing it by any other way aborts the process.
import { Socket } from 'node:net'
import type { SocketConstructorOpts } from 'node:net'
import type { Duplex, Readable, Writable } from 'node:stream'

// Both directions are always spelled out: left out, they depend on the version of Node.

/**
 * A Socket reads as soon as there is one, and what it has read can no longer go to another child. With this it reads
 * when somebody asks for data, as process.stdin does. (On Windows streams go to no child.)
 */
const manualStart = process.platform !== 'win32'

function open(options: SocketConstructorOpts & { manualStart?: boolean }): Socket {
  return new Socket(options)
}

export function openStdin(fd: number): Writable {
  const socket = new Socket({ fd, readable: false, writable: true })
  // A child that does not read its stdin is no error of ours; a write that cares has its callback.
  socket.on('error', () => {})
  return socket
}

export function openOutput(fd: number): Readable {
  return open({ fd, readable: true, writable: false, manualStart })
}

export function openBoth(fd: number): Duplex {
  return open({ fd, readable: true, writable: true, manualStart })
}
