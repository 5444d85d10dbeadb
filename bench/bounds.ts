// Measures what bounds the goals that are missed: the same work without this package, or a part of it alone, in the rounds of the same run.
// docs/performance.md says what follows from each.
import type { Bench, Row } from './bench.js'
import { bound, loadTime } from './hosts.js'
import { CHILD, localAddon } from './places.js'

const MB = 1e6
const OURS = 'shared-child'

export const bounds: Row = {
  name: 'bounds',
  about: 'What bounds the goals that do not hold?',
  async measure(bench) {
    await processes(bench)
    await call(bench)
    await transfers(bench)
    await loading(bench)
    await memory(bench)
    await lateness(bench)
  },
}

/** The same threads, sleeps and wake-ups in C, and what is read for a caller with CAP_SYS_ADMIN. */
async function processes(bench: Bench): Promise<void> {
  using hosts = bench.hosts([OURS, 'Bun.spawn'])
  for (const limit of [1, 16]) {
    const count = bench.pick(100, limit === 1 ? 300 : 1500)
    const subjects = [
      ...hosts.subjects((host) => host.ask('spawn', { program: CHILD, limit, count })),
      { name: 'C, in the same threads', measure: () => bound('threads', limit, count, CHILD) },
      { name: "C, a thread's rights in /proc", measure: () => bound('rights', 1000) },
    ]
    const rounds = bench.pick(2, 11)
    await bench.compare({ case: `${limit} at a time`, metrics: ['process', 'switches'], rounds, subjects })
  }
}

/** The first call after another program has run, and a second one right after it. */
async function call(bench: Bench): Promise<void> {
  using hosts = bench.hosts([OURS])
  const subjects = hosts.subjects((host) =>
    host.ask('spawn', { program: CHILD, limit: 1, count: bench.pick(20, 100), twice: true }),
  )
  await bench.compare({ case: 'two calls in a row', metrics: ['call', 'again'], rounds: bench.pick(2, 11), subjects })
}

async function transfers(bench: Bench): Promise<void> {
  for (const kib of [64, 128]) {
    const subjects = ['pipe', 'sockets'].map((kind) => ({
      name: `C, ${kind}`,
      measure: () => bound(kind, kib * 1024, bench.pick(50, 500) * MB),
    }))
    await bench.compare({ case: `writes of ${kib} KiB`, metrics: ['bytes'], rounds: bench.pick(2, 11), subjects })
  }
}

async function loading(bench: Bench): Promise<void> {
  const works: Record<string, string> = {
    'the package': "require('shared-child')",
    'its addon': `require('./${localAddon()}')`,
    'its text, compiled': "new (require('vm').Script)(require('fs').readFileSync('./dist/index.js', 'utf8'))",
    "Node's modules that it needs": "for (const name of ['buffer', 'os', 'util', 'path']) require(name)",
  }
  const subjects = Object.entries(works).map(([name, work]) => ({ name, measure: () => loadTime(work) }))
  await bench.compare({ case: 'load', metrics: ['load'], rounds: bench.pick(5, 41), subjects })
}

/** One more live child, when there are that many already: V8 takes its heap in pages, a part of which stays empty. */
async function memory(bench: Bench): Promise<void> {
  using hosts = bench.hosts([OURS])
  const count = bench.pick(100, 4000)
  const subjects = hosts.subjects(async (host) => {
    await host.ask('gather', { count })
    return host.ask('gather', { count: count * 2 })
  })
  const metrics = ['memory', 'heap', 'pages'] as const
  await bench.compare({ case: 'what one more live child takes', metrics, rounds: 1, subjects })
}

/** How late an idle event loop is while another process starts children. */
async function lateness(bench: Bench): Promise<void> {
  using hosts = bench.hosts([OURS])
  const spawns = { program: CHILD, limit: 16, count: bench.pick(500, 20_000) }
  const [ours, beside] = [
    hosts.subjects((host) => host.ask('manySpawns', spawns)),
    hosts.subjects((host) => host.ask('idleBesideC', spawns)),
  ]
  const subjects = [...ours, ...beside.map(({ measure }) => ({ name: 'an idle loop, beside C', measure }))]
  await bench.compare({ case: 'how late the event loop is', metrics: ['late'], rounds: bench.pick(1, 3), subjects })
}
