import type { Bench, Subject } from '../bench.js'
import { Host } from '../hosts.js'
import type { Samples } from '../measures/samples.js'
import { floor, rust } from '../native.js'
import type { PeerName } from '../peers/index.js'
import type { Metric } from '../results.js'
import type { Row } from './row.js'

export const RATE: Metric = { key: 'rate', name: 'spawned and exited', unit: '/s', better: 'more' }
export const EXCESS: Metric = {
  key: 'excess',
  name: 'worst delay beyond that of an idle loop',
  unit: 'ms',
  better: 'less',
  hasRatio: false,
}

export const CALL: Metric = { key: 'call', name: 'time of the call', unit: 'us', better: 'less' }

const metrics: readonly Metric[] = [
  RATE,
  EXCESS,
  { key: 'delay', name: 'worst event-loop delay', unit: 'ms', better: 'less' },
  CALL,
  { key: 'thread', name: 'CPU time of the JS thread a child', unit: 'us', better: 'less' },
  { key: 'process', name: 'CPU time of the process a child', unit: 'us', better: 'less' },
]

const peers: readonly PeerName[] = [
  'shared-child',
  'child_process',
  'execa 9',
  'AsyncTask wait',
  'child_process, Node 26',
  'execa 10, Node 26',
  'Bun.spawn',
]

/** How many threads the package spawns with: THREADS in src/core/spawner.rs. */
const THREADS = 2

export const caseName = (limit: number): string => `${limit} at a time`
const floorName = (threads: number): string => `C posix_spawn, ${threads === 1 ? '1 thread' : `${threads} threads`}`
export const FLOOR = floorName(THREADS)

export const throughput: Row = {
  name: 'throughput',
  about: 'How many /bin/true a second, 1, 16 and 64 at a time, and how late is the event loop meanwhile?',
  async measure(bench) {
    using hosts = bench.hosts(...peers)
    // Not one of those that are measured: it does nothing, and so tells what the load of the machine does to a loop.
    using bystander = new Host('node')
    for (const limit of [1, 16, 64]) {
      const count = limit === 1 ? bench.pick(40, 200) : bench.pick(200, 1000)
      const subjects = hosts.subjects(async (host, peer) => {
        await bystander.ask('startWatching', 'child_process')
        const samples = await host.ask('throughput', peer, { limit, count })
        return { ...samples, excess: difference(samples, await bystander.ask('stopWatching', 'child_process')) }
      })
      await bench.compare(
        { row: 'throughput', case: caseName(limit), metrics, reference: 'shared-child' },
        bench.pick(2, 7),
        [...subjects, ...natives(bench, limit, count)],
      )
    }
  },
}

const difference = (ours: Samples, idle: Samples): number[] => [ours['delay']![0]! - idle['delay']![0]!]

function natives(bench: Bench, limit: number, count: number): Subject[] {
  const threads = Math.min(THREADS, limit)
  return [
    ...bench.rustSubjects(
      { name: 'the core in Rust', measure: () => rust('throughput', 'core', limit, count) },
      {
        name: `shared_child in Rust, ${limit} threads`,
        measure: () => rust('throughput', 'shared_child', limit, count),
      },
    ),
    { name: floorName(threads), measure: () => floor('loop', threads, count) },
    { name: `${floorName(threads)} and one that waits`, measure: () => floor('queue', threads, limit, count) },
  ]
}
