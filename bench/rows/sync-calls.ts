import { floor } from '../native.js'
import { program } from '../places.js'
import type { Metric } from '../results.js'
import type { Row } from './row.js'

export const TRY_WAIT: Metric = { key: 'tryWait', name: 'tryWaitSync()', unit: 'us', better: 'less' }
export const KILL: Metric = { key: 'kill', name: 'sendSignalSync()', unit: 'us', better: 'less' }
export const FLOOR = 'the system calls alone'

export const syncCalls: Row = {
  name: 'sync-calls',
  about: 'What do a question and a signal to a running child cost, beside their system calls?',
  async measure(bench) {
    const batches = bench.pick(20, 100)
    using hosts = bench.hosts(
      'shared-child',
      'child_process',
      'shared-child, Node 26',
      'child_process, Node 26',
      'Bun.spawn',
    )
    await bench.compare(
      { row: 'sync-calls', case: 'a running child', metrics: [TRY_WAIT, KILL], reference: 'shared-child' },
      bench.pick(3, 11),
      [
        ...hosts.subjects((host, peer) => host.ask('calls', peer, { batches })),
        { name: FLOOR, measure: () => floor('calls', batches, program('pause')) },
      ],
    )
  },
}
