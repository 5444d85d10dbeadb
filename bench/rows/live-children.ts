import { readFileSync } from 'node:fs'
import type { Bench, Subject } from '../bench.js'
import { Host } from '../hosts.js'
import type { Samples } from '../measures/samples.js'
import { rust } from '../native.js'
import { runtimeOf, type PeerName } from '../peers/index.js'
import { program } from '../places.js'
import { progress } from '../progress.js'
import type { Metric } from '../results.js'
import type { Row } from './row.js'

export const CPU: Metric = { key: 'cpu', name: 'CPU time of the process, a spawn and exit', unit: 'us', better: 'less' }
const TIME: Metric = { key: 'time', name: 'time of a spawn and exit', unit: 'us', better: 'less' }

export const MEMORY: Metric = { key: 'memory', name: 'memory a child', unit: 'bytes', better: 'less' }
export const FDS: Metric = { key: 'fds', name: 'descriptors a child', unit: '', better: 'less' }
export const THREADS: Metric = { key: 'threads', name: 'threads more, in all', unit: '', better: 'less' }
const HEAP: Metric = { key: 'heap', name: "of that in JavaScript's heap", unit: 'bytes', better: 'less' }

const peers: readonly PeerName[] = ['shared-child', 'child_process', 'Bun.spawn']

export const atLevel = (live: number): string => `${live.toLocaleString('en')} live`
export const crowdCase = (peer: PeerName): string => `a spawn and exit among others, ${peer}`
export const footprintCase = (live: number): string => `what ${atLevel(live)} take in the parent`

export const liveChildren: Row = {
  name: 'live-children',
  about: 'What does a live child take, and what does one more cost among thousands?',
  async measure(bench) {
    const levels = bench.pick([0, 500], [0, 1000, 4000, 10_000].filter(isAllowed))
    const footprints = new Map<PeerName, Samples[]>()
    for (const peer of bench.among(...peers)) footprints.set(peer, await measurePeer(bench, peer, levels))
    for (const [i, live] of levels.entries()) {
      if (live > 0) await compareFootprints(bench, live, new Map([...footprints].map(([peer, all]) => [peer, all[i]!])))
    }
  },
}

/** All levels of one peer, each in a process of its own. Returns the footprint of its children at each level. */
async function measurePeer(bench: Bench, peer: PeerName, levels: readonly number[]): Promise<Samples[]> {
  using crowds = new Crowds(peer)
  const footprints: Samples[] = []
  for (const live of levels) footprints.push(await crowds.gather(live))
  await bench.compare(
    { row: 'live-children', case: crowdCase(peer), metrics: [CPU, TIME], reference: atLevel(0) },
    bench.pick(3, 11),
    crowds.subjects(bench.pick(20, 60)),
  )
  await crowds.disperse()
  return footprints
}

class Crowds implements Disposable {
  readonly #peer: PeerName
  readonly #hosts = new Map<number, Host>()

  constructor(peer: PeerName) {
    this.#peer = peer
  }

  async gather(live: number): Promise<Samples> {
    progress.case('live-children', `${this.#peer}: starting ${live} children`)
    const host = new Host(runtimeOf(this.#peer))
    this.#hosts.set(live, host)
    // As many have come and gone before as are to stay: what a runtime's heap has grown by then is no child's.
    await host.ask('throughput', this.#peer, { limit: 64, count: Math.max(live, 200) })
    const before = await host.ask('footprint', this.#peer)
    await host.ask('gather', this.#peer, { count: live })
    const after = await host.ask('footprint', this.#peer)
    const more = (key: string): number => after[key]![0]! - before[key]![0]!
    return {
      memory: [more('memory') / live],
      heap: [more('heap') / live],
      fds: [more('fds') / live],
      threads: [more('threads')],
    }
  }

  subjects(count: number): Subject[] {
    return [...this.#hosts].map(([live, host]) => ({
      name: atLevel(live),
      measure: () => host.ask('spawnInCrowd', this.#peer, { count }),
    }))
  }

  async disperse(): Promise<void> {
    for (const host of this.#hosts.values()) await host.ask('disperse', this.#peer)
  }

  [Symbol.dispose](): void {
    for (const host of this.#hosts.values()) host[Symbol.dispose]()
  }
}

async function compareFootprints(bench: Bench, live: number, byPeer: ReadonlyMap<PeerName, Samples>): Promise<void> {
  const measured = [...byPeer].map(([name, samples]): Subject => ({ name, measure: () => Promise.resolve(samples) }))
  const core: Subject = { name: 'the core in Rust', measure: () => rust('footprint', live, program('pause')) }
  const metrics = [MEMORY, HEAP, FDS, THREADS]
  const comparison = { row: 'live-children', case: footprintCase(live), metrics, reference: 'shared-child' }
  await bench.compare(comparison, 1, [...measured, ...bench.rustSubjects(core)])
}

/** All levels of one peer live at once, so the sum of them must be allowed; and so must one descriptor a child. */
function isAllowed(live: number): boolean {
  const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
  const processes = Number(readFileSync('/proc/sys/kernel/pid_max', 'latin1'))
  return live + 100 < Number(limit ?? Infinity) && live * 2 < processes
}
