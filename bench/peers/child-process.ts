// Node's own child_process, of whichever Node runs this.
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { pipedByStreams, type Peer, type RunOptions, type Running } from './peer.js'

const start = (file: string, args: readonly string[], options: RunOptions): ChildProcess =>
  spawn(file, args, { ...options, stdio: options.stdio as StdioOptions })

export const peer: Peer = {
  version: process.versions.node,
  run: (file, args, options) =>
    new Promise((resolve, reject) => {
      start(file, args, options).once('exit', resolve).once('error', reject)
    }),
  async start(file, args, options) {
    const child = start(file, args, options)
    const running = new Child(child)
    await once(child, 'spawn')
    return running
  },
  async pipe(file, args) {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    const exited = once(child, 'exit')
    await once(child, 'spawn')
    return pipedByStreams(child.stdin, child.stdout, exited)
  },
  async output(file, args) {
    const child = spawn(file, args)
    const chunks: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    await once(child, 'close')
    return Buffer.concat(chunks).length
  },
}

class Child implements Running {
  readonly #child: ChildProcess
  readonly exited: Promise<unknown>

  constructor(child: ChildProcess) {
    this.#child = child
    this.exited = new Promise((resolve) => child.once('exit', resolve))
  }

  kill(): boolean {
    return this.#child.kill('SIGKILL')
  }

  send(signal: NodeJS.Signals): boolean {
    return this.#child.kill(signal)
  }
}
