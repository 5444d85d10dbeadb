import type { Metric } from '../results.js'
import type { Row } from './row.js'

export const TIME: Metric = { key: 'time', name: 'time', unit: 'ms', better: 'less' }

const metrics: readonly Metric[] = [TIME, { key: 'cpu', name: 'CPU time of the parent', unit: 'ms', better: 'less' }]

const MB = 1e6

export const output: Row = {
  name: 'output',
  about: 'How long does it take to run a program for what it prints?',
  async measure(bench) {
    using hosts = bench.hosts(
      'shared-child',
      'child_process',
      'execa 9',
      'shared-child, Node 26',
      'child_process, Node 26',
      'execa 10, Node 26',
      'Bun.spawn',
    )
    for (const [name, bytes] of [
      ['10 MB', 10 * MB],
      ['10 bytes', 10],
    ] as const) {
      await bench.compare(
        { row: 'output', case: name, metrics, reference: 'shared-child' },
        bench.pick(5, 41),
        hosts.subjects((host, peer) => host.ask('output', peer, { bytes })),
      )
    }
  },
}
