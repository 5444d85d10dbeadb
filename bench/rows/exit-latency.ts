import { rust } from '../native.js'
import { program } from '../places.js'
import type { Metric } from '../results.js'
import type { Row } from './row.js'

export const LATENCY: Metric = { key: 'latency', name: 'from the exit to its promise', unit: 'us', better: 'less' }

export const exitLatency: Row = {
  name: 'exit-latency',
  about: "How long is it from a child's last instruction to the promise?",
  async measure(bench) {
    const count = bench.pick(10, 50)
    const told = program('exit-when-told')
    using hosts = bench.hosts(
      'shared-child',
      'child_process',
      'execa 9',
      'AsyncTask wait',
      'shared-child, Node 26',
      'child_process, Node 26',
      'execa 10, Node 26',
      'Bun.spawn',
    )
    await bench.compare(
      { row: 'exit-latency', case: 'one child', metrics: [LATENCY], reference: 'shared-child' },
      bench.pick(3, 15),
      [
        ...hosts.subjects((host, peer) => host.ask('exitLatency', peer, { count })),
        ...bench.rustSubjects(
          { name: 'the core in Rust', measure: () => rust('latency', 'core', count, told) },
          { name: 'shared_child in Rust', measure: () => rust('latency', 'shared_child', count, told) },
        ),
      ],
    )
  },
}
