import { spawnKinds, type SpawnKind } from '../measures/spawn-cost.js'
import type { PeerName } from '../peers/index.js'
import type { Metric } from '../results.js'
import type { Row } from './row.js'

export const CALL: Metric = { key: 'call', name: 'time of the call', unit: 'us', better: 'less' }

const metrics: readonly Metric[] = [
  CALL,
  { key: 'thread', name: 'CPU time of the JS thread, events included', unit: 'us', better: 'less' },
  { key: 'process', name: 'CPU time of the process', unit: 'us', better: 'less' },
]

/** Spawns a round. A fork at 4 GB takes 0.2 s: there are fewer of those. */
const sizes = [
  { gigabytes: 0, quick: 10, full: 60 },
  { gigabytes: 1, quick: 3, full: 20 },
  { gigabytes: 4, quick: 2, full: 8 },
]

const everyKind: readonly PeerName[] = ['shared-child', 'child_process', 'Bun.spawn']
const plainOnly: readonly PeerName[] = ['execa 9', 'child_process, Node 26', 'execa 10, Node 26']

export const caseName = (gigabytes: number, kind: SpawnKind): string => `${gigabytes} GB, ${kind}`

export const spawnCost: Row = {
  name: 'spawn-cost',
  about: 'What does one spawn cost its caller, by the size of the process and by what is asked for?',
  async measure(bench) {
    for (const { gigabytes, quick, full } of sizes) {
      using hosts = bench.largeHosts(gigabytes, ...everyKind, ...bench.pick([], plainOnly))
      for (const kind of bench.pick<readonly SpawnKind[]>(['plain', 'uid and gid'], spawnKinds)) {
        const peers = new Set<string>(kind === 'plain' ? [...everyKind, ...plainOnly] : everyKind)
        const subjects = hosts.subjects((host, peer) => {
          const fast = peer.startsWith('shared-child') || peer === 'Bun.spawn'
          return host.ask('spawnCost', peer, { kind, count: fast ? bench.pick(30, 60) : bench.pick(quick, full) })
        })
        await bench.compare(
          { row: 'spawn-cost', case: caseName(gigabytes, kind), metrics, reference: 'shared-child' },
          bench.pick(2, 7),
          subjects.filter(({ name }) => peers.has(name)),
        )
      }
    }
  },
}
