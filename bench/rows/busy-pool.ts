import type { Metric } from '../results.js'
import type { Row } from './row.js'

export const TIME: Metric = { key: 'time', name: 'spawn and exit', unit: 'ms', better: 'less' }

export const busyPool: Row = {
  name: 'busy-pool',
  about: "Does a child wait for libuv's pool? (All its threads are taken for 1,000 ms.)",
  async measure(bench) {
    using hosts = bench.hosts('shared-child', 'child_process', 'AsyncTask wait', 'execa 9')
    await bench.compare(
      { row: 'busy-pool', case: '/bin/true', metrics: [TIME], reference: 'shared-child' },
      bench.pick(2, 11),
      hosts.subjects((host, peer) => host.ask('busyPool', peer)),
    )
  },
}
