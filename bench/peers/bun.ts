// Bun.spawn, in Bun.
import { Unavailable } from '../samples.js'
import type { Peer, RunOptions, Running } from './peer.js'

declare const Bun: {
  readonly version: string
  spawn(command: readonly string[], options: object): Subprocess
}

interface Subprocess {
  readonly exited: Promise<number>
  readonly stdin: { write(chunk: Uint8Array): number | Promise<number>; flush(): unknown; end(): unknown }
  readonly stdout: ReadableStream<Uint8Array>
  kill(signal?: string | number): void
}

type ReadableStream<T> = AsyncIterable<T>

function start(file: string, args: readonly string[], options: RunOptions): Subprocess {
  if (options.uid !== undefined || options.gid !== undefined) throw new Unavailable('Bun.spawn has no uid and gid')
  const stdio = typeof options.stdio === 'string' ? Array.from({ length: 3 }, () => options.stdio) : options.stdio
  return Bun.spawn([file, ...args], { ...options, stdio })
}

async function read(stream: ReadableStream<Uint8Array>, onChunk: (chunk: Uint8Array) => void): Promise<void> {
  for await (const chunk of stream) onChunk(chunk)
}

export const load = (): Peer => ({
  version: Bun.version,
  // Async, so that an error of the call is a rejection, as with the others.
  run: async (file, args, options) => start(file, args, options).exited,
  async start(file, args, options) {
    return new Child(start(file, args, options))
  },
  async pipe(file, args) {
    const child = start(file, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    return {
      read: (onChunk) => read(child.stdout, onChunk),
      write(chunk) {
        void child.stdin.write(chunk)
        return Promise.resolve(child.stdin.flush())
      },
      end: () => void child.stdin.end(),
      exited: child.exited,
    }
  },
  async output(file, args) {
    const child = start(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let bytes = 0
    const chunks: Uint8Array[] = []
    await Promise.all([read(child.stdout, (chunk) => chunks.push(chunk)), child.exited])
    for (const { length } of chunks) bytes += length
    return bytes
  },
})

class Child implements Running {
  readonly #child: Subprocess

  constructor(child: Subprocess) {
    this.#child = child
  }

  get exited(): Promise<unknown> {
    return this.#child.exited
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}
