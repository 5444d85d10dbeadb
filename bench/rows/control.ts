import { kinds, type Kind } from '../measures/control.js'
import type { Metric } from '../results.js'
import type { Row } from './row.js'

export const TIME: Metric = { key: 'time', name: 'spawn and exit', unit: 'us', better: 'less' }
export const CASE = '/bin/true, one at a time'

export const control: Row = {
  name: 'control',
  about: 'What does it cost to own what a child starts?',
  async measure(bench) {
    using hosts = bench.hosts('shared-child')
    const subjects = (Object.keys(kinds) as Kind[]).flatMap((kind) =>
      hosts
        .subjects((host, peer) => host.ask('control', peer, { kind, count: bench.pick(100, 200) }))
        .map((subject) => ({ name: kind, measure: () => subject.measure() })),
    )
    await bench.compare(
      { row: 'control', case: CASE, metrics: [TIME], reference: 'plain' },
      bench.pick(5, 41),
      subjects,
    )
  },
}
