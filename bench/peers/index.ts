// Table of contents: every way to start processes that runs in a JavaScript runtime, and which runtime that is.
import { inCache } from '../places.js'
import type { RuntimeName } from '../runtimes.js'
import type { Peer } from './peer.js'

interface Entry {
  readonly runtime: RuntimeName
  load(): Promise<Peer> | Peer
}

const sharedChild = async (): Promise<Peer> => (await import('./shared-child.js')).peer
const childProcess = async (): Promise<Peer> => (await import('./child-process.js')).peer
const execa = (folder: string) => async (): Promise<Peer> => (await import('./execa.js')).loadExeca(inCache(folder))

export const peers = {
  'shared-child': { runtime: 'node', load: sharedChild },
  child_process: { runtime: 'node', load: childProcess },
  'execa 9': { runtime: 'node', load: execa('execa-9') },
  'AsyncTask wait': { runtime: 'node', load: async () => (await import('./async-task.js')).peer },
  'shared-child, Node 26': { runtime: 'node-26', load: sharedChild },
  'child_process, Node 26': { runtime: 'node-26', load: childProcess },
  'execa 10, Node 26': { runtime: 'node-26', load: execa('execa-10') },
  'Bun.spawn': { runtime: 'bun', load: async () => (await import('./bun.js')).load() },
} satisfies Record<string, Entry>

export type PeerName = keyof typeof peers

export const runtimeOf = (name: PeerName): RuntimeName => peers[name].runtime
