// This package, called as its users call it.
import { readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { spawn, type SharedChild } from 'shared-child'
import { inRoot } from '../places.js'
import { pipedByStreams, type Peer, type Running } from './peer.js'

const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as { version: string }

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
    return (await child.output({ encoding: 'buffer', maxBuffer: Infinity })).stdout.length
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
