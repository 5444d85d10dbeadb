// Table of contents: every way to start processes from JavaScript, and its runtime.
import { inPeers, inRoot } from '../places.js'
import type { Peer } from './peer.js'

interface Entry {
  /** The executable of the runtime. */
  readonly runtime: string
  /** The flags that make its garbage collector callable. */
  readonly flags: readonly string[]
  /** What has to be installed. */
  readonly needs?: string
  load(): Promise<Peer> | Peer
}

const node = { runtime: process.execPath, flags: ['--expose-gc'] }
const nodesOwn = { ...node, load: async (): Promise<Peer> => (await import('./child-process.js')).peer }
const register = ['--require', inRoot('dist', 'register.js')]
const bun = inPeers('@oven', 'bun-linux-x64', 'bin', 'bun')

export const peers = {
  'shared-child': { ...node, load: async () => (await import('./shared-child.js')).peer },
  child_process: nodesOwn,
  'child_process, replaced': { ...nodesOwn, flags: [...node.flags, ...register] },
  'execa 9': { ...node, needs: inPeers('execa'), load: async () => (await import('./execa.js')).load() },
  'Bun.spawn': { runtime: bun, flags: [], needs: bun, load: async () => (await import('./bun.js')).load() },
} satisfies Record<string, Entry>

export type PeerName = keyof typeof peers
