// The package itself, as its users call it.
import type { Readable, Writable } from 'node:stream'
import { spawn, type SharedChild } from 'shared-child'
import { version } from '../package-version.js'
import type { Peer, Running } from './peer.js'
import { pipedByStreams } from './streams.js'

export const peer: Peer = {
  version,
  run: async (file, args, options) => (await spawn(file, args, options)).wait(),
  start: async (file, args, options) => new Child(await spawn(file, args, options)),
  async pipe(file, args) {
    const child = await spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    return pipedByStreams(child.stdin as Writable, child.stdout as Readable, child.wait())
  },
  async output(file, args) {
    const child = await spawn(file, args)
    return (await child.output({ encoding: 'buffer' })).stdout.length
  },
}

class Child implements Running {
  readonly #child: SharedChild
  readonly exited: Promise<unknown>

  constructor(child: SharedChild) {
    this.#child = child
    this.exited = child.wait()
  }

  kill(): boolean {
    return this.#child.killSync()
  }

  send(signal: NodeJS.Signals): boolean {
    return this.#child.sendSignalSync(signal)
  }

  poll(): unknown {
    return this.#child.tryWaitSync()
  }
}
