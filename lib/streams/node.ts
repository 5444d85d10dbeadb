// Pipes as streams on Node, Electron and Deno. A Socket owns its fd: closing it by any other way aborts the process.
import { Socket } from 'node:net'
import type { Duplex, Readable, Writable } from 'node:stream'

// Both directions are always spelled out: left out, they depend on the version of Node.

export function openStdin(fd: number): Writable {
  const socket = new Socket({ fd, readable: false, writable: true })
  // A child that does not read its stdin is no error of ours; a write that cares has its callback.
  socket.on('error', () => {})
  return socket
}

export function openOutput(fd: number): Readable {
  return new Socket({ fd, readable: true, writable: false })
}

export function openBoth(fd: number): Duplex {
  return new Socket({ fd, readable: true, writable: true })
}
