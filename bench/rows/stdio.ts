import type { Bench } from '../bench.js'
import type { Host } from '../hosts.js'
import type { Samples } from '../measures/samples.js'
import type { PeerName } from '../peers/index.js'
import type { Metric } from '../results.js'
import type { Row } from './row.js'

export const RATE: Metric = { key: 'rate', name: 'rate', unit: 'MB/s', better: 'more' }
export const TRIP: Metric = { key: 'trip', name: 'there and back', unit: 'us', better: 'less' }

const throughput: readonly Metric[] = [
  RATE,
  { key: 'cpu', name: 'CPU time a GB, parent and child', unit: 'ms', better: 'less' },
  { key: 'parentCpu', name: 'of that the parent', unit: 'ms', better: 'less' },
]

const trips: readonly Metric[] = [
  TRIP,
  { key: 'cpu', name: 'CPU time of the parent, a trip', unit: 'us', better: 'less' },
]

interface Case {
  readonly name: string
  readonly metrics: readonly Metric[]
  readonly measure: (host: Host, peer: PeerName, bench: Bench) => Promise<Samples>
}

const KIB = 1024
const MIB = 1024 * KIB

const download = (kib: number): Case => ({
  name: `from the child, in writes of ${kib} KiB`,
  metrics: throughput,
  measure: (host, peer, bench) =>
    host.ask('download', peer, { bytes: bench.pick(64 * MIB, 1024 * MIB), size: kib * KIB }),
})

export const cases: readonly Case[] = [
  ...[4, 64, 128].map(download),
  {
    name: 'to the child and back',
    metrics: throughput,
    measure: (host, peer, bench) => host.ask('echo', peer, { bytes: bench.pick(32 * MIB, 256 * MIB) }),
  },
  {
    name: 'one byte there and back',
    metrics: trips,
    measure: (host, peer, bench) => host.ask('pingPong', peer, { count: bench.pick(500, 5000) }),
  },
]

export const stdio: Row = {
  name: 'stdio',
  about: 'How fast are the pipes?',
  async measure(bench) {
    using hosts = bench.hosts(
      'shared-child',
      'child_process',
      'execa 9',
      'shared-child, Node 26',
      'child_process, Node 26',
      'Bun.spawn',
    )
    for (const { name, metrics, measure } of cases) {
      await bench.compare(
        { row: 'stdio', case: name, metrics, reference: 'shared-child' },
        bench.pick(2, 7),
        hosts.subjects((host, peer) => measure(host, peer, bench)),
      )
    }
  },
}
