// Table of contents: the questions, in the order of the report, and how each is measured.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Comparison, Metric, Row, Subject } from './bench.js'
import { bounds } from './bounds.js'
import { floor, Host, loadTime } from './hosts.js'
import type { Kind, Spawns } from './measures/spawn.js'
import type { PeerName } from './peers/index.js'
import { CHILD, inCache, inPeers, inRoot, localAddon } from './places.js'
import type { Samples } from './samples.js'

export const TRUE = '/bin/true'
export const NOTHING = 'a static program that does nothing'
const three: readonly PeerName[] = ['shared-child', 'child_process', 'Bun.spawn']
const four: readonly PeerName[] = [...three, 'execa 9']

const file = (name: string): string => (name === TRUE ? TRUE : CHILD)

export const FLOOR = 'C, posix_spawn and waitpid'
/** The number of spawner threads in this package: CORE_THREADS in src/core/spawner/pool.rs. */
const THREADS = 4
export const atLevel = (live: number): string => `${live.toLocaleString('en')} live`
export const crowdCase = (peer: PeerName): string => `a spawn and exit among others, ${peer}`
export const LIVE = 4000

const alone: Row = {
  name: 'alone',
  about: 'What does one spawn cost its caller, when nothing else runs?',
  async measure(bench) {
    const spawns = { program: TRUE, limit: 1, count: bench.pick(20, 60) }
    const rounds = bench.pick(3, 15)
    const parts: Metric[] = ['call', 'thread', 'process', 'switches', 'time']
    using hosts = bench.hosts(four)
    using ours = bench.hosts(['shared-child'])
    const ask = (what: Partial<Spawns>): Subject[] =>
      hosts.subjects((host) => host.ask('spawn', { ...spawns, ...what }))
    for (const name of [TRUE, NOTHING]) {
      await bench.compare({ case: name, metrics: parts, rounds, subjects: ask({ program: file(name) }) })
    }
    const subjects = ours.subjects((host) => host.ask('spawn', { ...spawns, bare: true }))
    await bench.compare({ case: 'the call, beside that of an addon', metrics: ['call', 'bare'], rounds, subjects })
    for (const kind of bench.pick<Kind[]>(
      ['uid and gid'],
      ['pipes', 'cwd and env', '6 fds', 'detached', 'uid and gid'],
    )) {
      await bench.compare({
        case: kind,
        metrics: ['call', 'thread'],
        rounds: bench.pick(1, 5),
        subjects: ask({ kind }),
      })
    }
  },
}

const atOnce: Row = {
  name: 'at-once',
  about: 'How many children a second are there, when others run?',
  async measure(bench) {
    using hosts = bench.hosts(four)
    const count = bench.pick(200, 1500)
    for (const [limit, name] of [
      [16, TRUE],
      [64, TRUE],
      [16, NOTHING],
    ] as const) {
      const spawns = { program: file(name), limit, count }
      await bench.compare({
        case: `${name}, ${limit} at a time`,
        metrics: ['rate', 'call', 'thread', 'process', 'switches'],
        rounds: bench.pick(3, 15),
        subjects: [
          ...hosts.subjects((host) => host.ask('spawn', spawns)),
          { name: FLOOR, measure: () => floor('spawn', limit, count, spawns.program) },
          { name: `${FLOOR}, in ${THREADS} threads`, measure: () => floor('spawn', THREADS, count, spawns.program) },
        ],
      })
    }
  },
}

const control: Row = {
  name: 'control',
  about: 'What does it cost to own what a child starts?',
  async measure(bench) {
    using hosts = bench.hosts(['shared-child'])
    const kinds: Kind[] = ['plain', 'group', 'group and killOnParentExit']
    // Few samples in many rounds, so that what the machine does meanwhile affects all subjects equally.
    const subjects = kinds.flatMap((kind) =>
      hosts
        .subjects((host) => host.ask('spawn', { program: CHILD, limit: 1, count: 20, kind }))
        .map((subject) => ({ name: kind, measure: () => subject.measure() })),
    )
    await bench.compare({ case: NOTHING, metrics: ['time', 'process'], rounds: bench.pick(5, 201), subjects })
  },
}

const memory: Row = {
  name: 'memory',
  about: 'What does the size of the process cost?',
  async measure(bench) {
    for (const gigabytes of [0, 1, 4]) {
      using hosts = bench.hosts(three, gigabytes)
      // A fork at 4 GB takes 0.2 s.
      const count = (name: PeerName): number => (name === 'child_process' ? bench.pick(2, 8) : bench.pick(20, 60))
      await bench.compare({
        case: `${gigabytes} GB`,
        metrics: ['call', 'time'],
        rounds: bench.pick(2, 7),
        subjects: hosts.subjects((host) => host.ask('spawn', { program: TRUE, limit: 1, count: count(host.name) })),
      })
    }
  },
}

export const REPLACED = 'child_process, replaced'
const MEBIBYTE = 1024 * 1024

const replaced: Row = {
  name: 'replaced',
  about: 'What do spawn and spawnSync of child_process cost their caller, with and without shared-child/register?',
  async measure(bench) {
    for (const gigabytes of [0, 1]) {
      using hosts = bench.hosts(['child_process', REPLACED], gigabytes)
      await bench.compare({
        case: `${gigabytes} GB`,
        metrics: ['call', 'time'],
        rounds: bench.pick(3, 15),
        subjects: hosts.subjects((host) => host.ask('spawn', { program: TRUE, limit: 1, count: bench.pick(10, 20) })),
      })
      for (const [program, bytes] of [
        [TRUE, 0],
        ['/bin/cat', MEBIBYTE],
      ] as const) {
        await bench.compare({
          case: `${gigabytes} GB, spawnSync of ${program}`,
          metrics: ['time'],
          rounds: bench.pick(3, 15),
          subjects: hosts.subjects((host) => host.ask('runSync', { program, bytes, count: bench.pick(5, 10) })),
        })
      }
    }
  },
}

const liveChildren: Row = {
  name: 'live-children',
  about: 'What does a live child take, and what does one more cost among thousands?',
  async measure(bench) {
    const levels = bench.pick([0, 100], [0, 1000, LIVE])
    const taken: Subject[] = []
    for (const peer of bench.among(...three)) {
      using crowds = new Crowds(peer)
      for (const live of levels) taken[three.indexOf(peer)] = { name: peer, measure: await crowds.gather(live) }
      await bench.compare({
        case: crowdCase(peer),
        metrics: ['process', 'time'],
        rounds: bench.pick(3, 15),
        subjects: crowds.subjects(bench.pick(20, 60)),
      })
    }
    const subjects = taken.filter((each) => each !== undefined)
    await bench.compare({ case: 'what each takes', metrics: ['memory', 'heap', 'fds', 'threads'], rounds: 1, subjects })
  },
}

/** Measures live children of one peer, each level in its own process. */
class Crowds implements Disposable {
  readonly #peer: PeerName
  readonly #hosts = new Map<number, Host>()

  constructor(peer: PeerName) {
    this.#peer = peer
  }

  async gather(live: number): Promise<() => Promise<Samples>> {
    const host = new Host(this.#peer)
    this.#hosts.set(live, host)
    // As many children come and go before as will stay, so that the growth of the heap that happens only once is not counted.
    await host.ask('spawn', { program: CHILD, limit: 50, count: Math.max(live, 200) })
    const samples = await host.ask('gather', { count: live })
    return () => Promise.resolve(samples)
  }

  subjects(count: number): Subject[] {
    return [...this.#hosts].map(([live, host]) => ({
      name: atLevel(live),
      measure: () => host.ask('spawn', { program: TRUE, limit: 1, count }),
    }))
  }

  [Symbol.dispose](): void {
    for (const host of this.#hosts.values()) host[Symbol.dispose]()
  }
}

const manyInARow: Row = {
  name: 'many-in-a-row',
  about: 'Is the event loop late while very many children come and go, and does the process grow?',
  async measure(bench) {
    using hosts = bench.hosts(['shared-child', 'child_process'])
    // child_process is so slow that it gets a tenth of them; its figures are the same after that.
    const count = (name: PeerName): number =>
      name === 'shared-child' ? bench.pick(1000, 100_000) : bench.pick(300, 10_000)
    const spawns = { program: TRUE, limit: 16 }
    await bench.compare({
      case: '16 at a time',
      metrics: ['late', 'grownBy', 'heapGrownBy', 'rate'],
      rounds: 1,
      subjects: hosts.subjects((host) => host.ask('manySpawns', { ...spawns, count: count(host.name) })),
    })
  },
}

const exitLatency: Row = {
  name: 'exit-latency',
  about: "How long is it from a child's last instruction to the promise?",
  async measure(bench) {
    using hosts = bench.hosts(four)
    await bench.compare({
      case: 'one child',
      metrics: ['latency'],
      rounds: bench.pick(3, 21),
      subjects: hosts.subjects((host) => host.ask('exitLatency', { count: bench.pick(10, 50) })),
    })
  },
}

export const SYSTEM_CALLS = 'the system calls alone'

const syncCalls: Row = {
  name: 'sync-calls',
  about: 'What do a question and a signal to a running child cost, beside their system calls?',
  async measure(bench) {
    const batches = bench.pick(20, 100)
    using hosts = bench.hosts(three)
    await bench.compare({
      case: 'a running child',
      metrics: ['tryWait', 'kill'],
      rounds: bench.pick(3, 11),
      subjects: [
        ...hosts.subjects((host) => host.ask('calls', { batches })),
        { name: SYSTEM_CALLS, measure: () => floor('calls', batches, CHILD) },
      ],
    })
  },
}

const KIB = 1024
const MIB = 1024 * KIB
export const writesOf = (kib: number): string => `from the child, in writes of ${kib} KiB`
export const ECHO = 'to the child and back'
export const PING_PONG = 'one byte there and back'

const pipes: Row = {
  name: 'pipes',
  about: 'How fast are the pipes?',
  async measure(bench) {
    using hosts = bench.hosts(four)
    const through: Metric[] = ['bytes', 'bothCpu', 'parentCpu']
    const compare = (
      what: Pick<Comparison, 'case' | 'metrics'>,
      measure: (host: Host) => Promise<Samples>,
    ): Promise<void> => bench.compare({ ...what, rounds: bench.pick(2, 11), subjects: hosts.subjects(measure) })
    for (const kib of [4, 64, 128]) {
      const params = { bytes: bench.pick(64 * MIB, 512 * MIB), size: kib * KIB }
      await compare({ case: writesOf(kib), metrics: through }, (host) => host.ask('download', params))
    }
    const bytes = bench.pick(32 * MIB, 256 * MIB)
    await compare({ case: ECHO, metrics: through }, (host) => host.ask('echo', { bytes }))
    const count = bench.pick(500, 5000)
    await compare({ case: PING_PONG, metrics: ['trip', 'tripCpu'] }, (host) => host.ask('pingPong', { count }))
  },
}

const output: Row = {
  name: 'output',
  about: "What does it cost to run a program for what it prints? (child_process: a collector of 'data'.)",
  async measure(bench) {
    using hosts = bench.hosts(four)
    for (const [name, bytes, rounds] of [
      ['100 MB', 100e6, bench.pick(2, 15)],
      ['10 bytes', 10, bench.pick(5, 41)],
    ] as const) {
      const subjects = hosts.subjects((host) => host.ask('output', { bytes }))
      await bench.compare({ case: name, metrics: ['collected', 'collectedCpu'], rounds, subjects })
    }
  },
}

export const EMPTY = 'an empty module'
export const BY_LOADER = "shared-child, by napi-rs' loader"
export const PLATFORM_PACKAGE = 'the package of this platform'

const packageRow: Row = {
  name: 'package',
  about: 'How large is the package, and how long does it take to load?',
  async measure(bench) {
    writeFileSync(inCache('empty.js'), '')
    const subjects = [
      loaded('shared-child', 'shared-child'),
      loaded(EMPTY, inCache('empty.js')),
      loaded(BY_LOADER, 'shared-child', "require('shared-child/native'); "),
      loaded('child_process', 'node:child_process'),
      ...bench.among('execa 9').map((name) => loaded(name, inPeers('execa', 'index.js'))),
    ]
    await bench.compare({ case: 'load', metrics: ['load'], rounds: bench.pick(5, 41), subjects })
    const sizes = [sized(PLATFORM_PACKAGE, [addon()]), sized('the package of all platforms', wrapper())]
    await bench.compare({ case: 'size', metrics: ['size', 'zipped'], rounds: 1, subjects: sizes })
  },
}

/** It uses require(), except for execa, which is an ES module. */
const loaded = (name: string, module: string, before = ''): Subject => ({
  name,
  measure() {
    const load = module.includes('execa') ? `await import('file://${module}')` : `require('${module}')`
    return loadTime(`${before}${load}`)
  },
})

const sized = (name: string, files: readonly string[]): Subject => ({
  name,
  measure() {
    const contents = files.map((path) => readFileSync(inRoot(path)))
    const sum = (of: (content: Buffer) => number): number => contents.reduce((all, content) => all + of(content), 0)
    return Promise.resolve({
      size: [sum(({ length }) => length)],
      zipped: [sum((content) => gzipSync(content).length)],
    })
  },
})

/** The addon that `npm run prebuild` has built, if there is one; it is smaller, because its standard library is built with it. */
function addon(): string {
  const name = localAddon()
  return existsSync(inRoot('artifacts', name)) ? join('artifacts', name) : name
}

function wrapper(): string[] {
  const dist = readdirSync(inRoot('dist'), { recursive: true, encoding: 'utf8' }).map((name) => `dist/${name}`)
  return [...dist.filter((path) => /\.(?:js|mjs|d\.ts|d\.mts)$/.test(path)), 'index.js', 'index.d.ts']
}

export const rows: readonly Row[] = [
  alone,
  atOnce,
  control,
  memory,
  replaced,
  liveChildren,
  manyInARow,
  exitLatency,
  syncCalls,
  pipes,
  output,
  packageRow,
  bounds,
]
