// Pipes as streams on Bun, where a net.Socket on an fd never reads (Bun 1.4). Neither Bun.file(fd).stream() nor its
// writer() closes the fd.
import { Buffer } from 'node:buffer'
import { closeSync } from 'node:fs'
import type { Duplex, Readable, Writable } from 'node:stream'
import type * as Stream from 'node:stream'
import type { Wire, WireListener } from './wire.js'

// Not loaded before it is used, because node:stream takes a part of the time in which this package loads.
const streams = (): typeof Stream => require('node:stream')

interface Sink {
  write(chunk: Uint8Array): unknown
  flush(): unknown
  end(): unknown
}

declare const Bun: {
  file(fd: number): { stream(): Parameters<typeof Readable.fromWeb>[0]; writer(): Sink }
}

export function openStdin(fd: number): Writable {
  const stream = writable(fd, () => closeSync(fd))
  stream.on('error', () => {})
  return stream
}

export function openOutput(fd: number): Readable {
  return readable(fd, () => closeSync(fd))
}

export function openBoth(fd: number): Duplex {
  let open = 2
  const closed = (): void => {
    if (--open === 0) closeSync(fd)
  }
  const stream = streams().Duplex.from({ readable: readable(fd, closed), writable: writable(fd, closed) })
  // When the child has closed its side, ours is closed, too, as a net.Socket does it.
  return stream.once('end', () => stream.end())
}

export function openWire(fd: number, listener: WireListener): Wire {
  let open = 2
  const closed = (): void => {
    if (--open === 0) closeSync(fd)
  }
  const input = readable(fd, closed)
  const output = writable(fd, closed).on('error', () => {})
  const ended = (): void => listener.ended()
  input
    .on('error', () => {})
    .once('end', ended)
    .once('close', ended)
  input.pause().on('data', (bytes: Uint8Array) => {
    if (!listener.received(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))) input.pause()
  })
  return {
    write: (bytes, done) => void output.write(bytes, (error) => done(!error && !output.destroyed)),
    read: () => void input.resume(),
    pause: () => void input.pause(),
    isExhausted: () => false,
    close() {
      input.destroy()
      output.destroy()
    },
  }
}

function readable(fd: number, closed: () => void): Readable {
  return streams().Readable.fromWeb(Bun.file(fd).stream()).once('close', closed)
}

function writable(fd: number, closed: () => void): Writable {
  const sink = Bun.file(fd).writer()
  const settle = (step: () => unknown, done: (error?: Error | null) => void): void => {
    new Promise((resolve) => resolve(step())).then(() => done(), done)
  }
  return new (streams().Writable)({
    write(chunk: Uint8Array, _encoding, done) {
      settle(async () => {
        await sink.write(chunk)
        await sink.flush()
      }, done)
    },
    final(done) {
      settle(() => sink.end(), done)
    },
    destroy(error, done) {
      settle(
        () => sink.end(),
        () => {
          closed()
          done(error)
        },
      )
    },
  })
}
