// Node's own child_process, of whichever Node runs this.
import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import type { Peer, RunOptions } from './peer.js'
import { pipedByStreams } from './streams.js'

const runForOutput = promisify(execFile)

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
    const exited = once(child, 'exit')
    await once(child, 'spawn')
    return { pid: child.pid!, exited, kill: () => child.kill('SIGKILL'), send: (signal) => child.kill(signal) }
  },
  async pipe(file, args) {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    const exited = once(child, 'exit')
    await once(child, 'spawn')
    return pipedByStreams(child.stdin, child.stdout, exited)
  },
  async output(file, args) {
    const { stdout } = await runForOutput(file, args, { encoding: 'buffer', maxBuffer: Infinity })
    return stdout.length
  },
}
