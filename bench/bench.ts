// A run of the bench: the peers that take part, what is compared, and the results.
import { readFileSync } from 'node:fs'
import { Host } from './hosts.js'
import type { PeerName } from './peers/index.js'
import { Unavailable, type Samples } from './samples.js'
import { median, quantile } from './statistics.js'

/** Everything that is measured: a name for the reader, and a unit. Less is better, except for what is counted `a second`. */
export const metrics = {
  call: ['time of the call', 'us'],
  bare: ['of a bare addon call that wakes a thread', 'us'],
  again: ['of a second call right after it', 'us'],
  time: ['spawn and exit', 'us'],
  thread: ['CPU time of the JS thread', 'us'],
  process: ['CPU time of the process', 'us'],
  switches: ['voluntary switches', ''],
  rate: ['children a second', ''],
  late: ['how late the event loop is, 99.9th percentile', 'ms'],
  grownBy: ['memory more after the second half', 'bytes'],
  heapGrownBy: ["of that JavaScript's heap", 'bytes'],
  memory: ['memory a child', 'bytes'],
  heap: ["of that JavaScript's heap", 'bytes'],
  pages: ['pages of that heap', 'bytes'],
  fds: ['descriptors a child', ''],
  threads: ['threads more, in all', ''],
  latency: ['from the exit to its promise', 'us'],
  tryWait: ['tryWaitSync()', 'us'],
  kill: ['sendSignalSync()', 'us'],
  bytes: ['megabytes a second', ''],
  bothCpu: ['CPU time a GB, parent and child', 'ms'],
  parentCpu: ['of that the parent', 'ms'],
  trip: ['there and back', 'us'],
  tripCpu: ['CPU time of the parent, a trip', 'us'],
  collected: ['time', 'ms'],
  collectedCpu: ['CPU time of the parent', 'ms'],
  load: ['time to load', 'ms'],
  size: ['size', 'bytes'],
  zipped: ['compressed', 'bytes'],
} satisfies Record<string, [name: string, unit: string]>

export type Metric = keyof typeof metrics

/** One metric of one subject in one case. */
export interface Finding {
  readonly row: string
  readonly case: string
  readonly metric: Metric
  readonly subject: string
  readonly median: number
  readonly p99: number
  readonly samples: number
  /** The median of each round. */
  readonly rounds: readonly number[]
}

/** A subject that is measured: its name, and a function that takes one round of samples. */
export interface Subject {
  readonly name: string
  measure: () => Promise<Samples>
}

export interface Comparison {
  readonly case: string
  readonly metrics: readonly Metric[]
  readonly rounds: number
  /** The first one is what the others are compared with. */
  readonly subjects: readonly Subject[]
}

/** One question to the bench, with all its cases. */
export interface Row {
  readonly name: string
  /** The question, in words for a reader of the report. */
  readonly about: string
  measure(bench: Bench): Promise<void>
}

export class Bench {
  readonly findings: Finding[] = []
  /** What was left out, and why. */
  readonly leftOut = new Set<string>()
  readonly #peers: readonly PeerName[]
  readonly #quick: boolean
  #row = ''

  /** `quick` is enough to see that everything works, but not for reliable figures. */
  constructor(peers: readonly PeerName[], quick: boolean) {
    this.#peers = peers
    this.#quick = quick
  }

  /** A size that depends on the effort. */
  pick<T>(quick: T, full: T): T {
    return this.#quick ? quick : full
  }

  /** Returns the named peers that are installed. */
  among(...names: readonly PeerName[]): PeerName[] {
    return names.filter((name) => this.#peers.includes(name))
  }

  /** Starts a process for each of the named peers that is installed. Disposing of the returned object ends them. */
  hosts(names: readonly PeerName[], gigabytes = 0): Hosts {
    const able = this.among(...names)
    const room = Number(/^MemAvailable:\s*(\d+)/m.exec(readFileSync('/proc/meminfo', 'latin1'))?.[1] ?? 0) / 2 ** 20
    if (gigabytes === 0 || room > able.length * gigabytes + SPARE) return new Hosts(able, gigabytes)
    this.leaveOut(`processes of ${gigabytes} GB (not enough memory)`)
    return new Hosts([], gigabytes)
  }

  leaveOut(what: string): void {
    if (!this.leftOut.has(what)) console.log(`left out: ${what}`)
    this.leftOut.add(what)
  }

  async measure(row: Row): Promise<void> {
    this.#row = row.name
    await row.measure(this)
  }

  /** Measures all subjects in turn, round by round, so that whatever the machine does meanwhile affects all of them. */
  async compare({ case: name, metrics: wanted, rounds, subjects }: Comparison): Promise<void> {
    console.log(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${this.#row}: ${name}`)
    const taken = new Map<string, Samples[]>(subjects.map((subject) => [subject.name, []]))
    for (let round = 0; round < rounds; round++) {
      for (const subject of rotated(subjects, round)) {
        try {
          taken.get(subject.name)?.push(await subject.measure())
        } catch (error) {
          taken.delete(subject.name)
          const reason = error instanceof Unavailable ? error.message : String(error)
          this.leaveOut(`${this.#row}, ${name}: ${subject.name} (${reason})`)
        }
      }
    }
    for (const metric of wanted) {
      for (const [subject, all] of taken) {
        const samples = all.flatMap((round) => round[metric] ?? [])
        if (samples.length === 0) continue
        this.findings.push({
          row: this.#row,
          case: name,
          metric,
          subject,
          median: median(samples),
          p99: quantile(samples, 0.99),
          samples: samples.length,
          rounds: all.map((round) => median(round[metric] ?? [])),
        })
      }
    }
  }
}

/** How many gigabytes of memory to leave to the rest of the machine. */
const SPARE = 2

/** The processes of some peers. */
class Hosts implements Disposable {
  readonly #hosts: readonly Host[]

  constructor(peers: readonly PeerName[], gigabytes: number) {
    this.#hosts = peers.map((peer) => new Host(peer, gigabytes))
  }

  /** A subject for each peer. */
  subjects(measure: (host: Host) => Promise<Samples>): Subject[] {
    return this.#hosts.map((host) => ({ name: host.name, measure: () => measure(host) }))
  }

  [Symbol.dispose](): void {
    for (const host of this.#hosts) host[Symbol.dispose]()
  }
}

/** Returns the subjects in a different order for each round: another one goes first. */
function rotated<T>(list: readonly T[], by: number): T[] {
  const at = by % Math.max(list.length, 1)
  return [...list.slice(at), ...list.slice(0, at)]
}
