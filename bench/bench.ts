// One run: who takes part, what is compared, what came out.
import { readFileSync } from 'node:fs'
import { Host } from './hosts.js'
import type { Samples } from './measures/samples.js'
import { runtimeOf, type PeerName } from './peers/index.js'
import { progress } from './progress.js'
import { findings, type Comparison, type Finding } from './results.js'
import { Unavailable } from './unavailable.js'

/** Someone who is measured: a name, and a way to take one round of samples. */
export interface Subject {
  readonly name: string
  measure(): Promise<Samples>
}

/** How much is measured: enough to see that all works, or enough to believe; and who takes part. */
export interface Extent {
  readonly quick: boolean
  /** Whether the peers in Rust are there. */
  readonly rust: boolean
}

export class Bench {
  readonly findings: Finding[] = []
  /** Who or what was left out, and why. */
  readonly leftOut = new Set<string>()
  readonly #peers: ReadonlySet<PeerName>
  readonly #extent: Extent

  constructor(peers: readonly PeerName[], extent: Extent) {
    this.#peers = new Set(peers)
    this.#extent = extent
  }

  /** A size that depends on the effort. */
  pick<T>(quick: T, full: T): T {
    return this.#extent.quick ? quick : full
  }

  /** Those of the named peers that are installed. */
  among(...names: readonly PeerName[]): PeerName[] {
    return names.filter((name) => this.#peers.has(name))
  }

  /** A process for each of the named peers that is installed, gone with the returned object. */
  hosts(...names: readonly PeerName[]): Hosts {
    return new Hosts(this.among(...names).map((peer) => [peer, new Host(runtimeOf(peer))]))
  }

  /**
   * The same, with large processes: one for the package itself, and one in each runtime for all others, which fork. (Each
   * fork marks every page of its process to be copied, and whoever writes to one next pays for that.)
   */
  largeHosts(gigabytes: number, ...names: readonly PeerName[]): Hosts {
    const shared = new Map<string, Host>()
    const byPeer = new Map<PeerName, Host>()
    const room = availableMemory() - SPARE
    for (const peer of this.among(...names)) {
      const key = peer === 'shared-child' ? peer : runtimeOf(peer)
      if (!shared.has(key)) {
        if (room < (shared.size + 1) * gigabytes) {
          this.leaveOut(`${peer} at ${gigabytes} GB (not enough memory)`)
          continue
        }
        shared.set(key, new Host(runtimeOf(peer), { ballast: gigabytes }))
      }
      byPeer.set(peer, shared.get(key)!)
    }
    return new Hosts(byPeer)
  }

  /** The given subjects if they could be built, else none. */
  rustSubjects(...subjects: readonly Subject[]): readonly Subject[] {
    return this.#extent.rust ? subjects : []
  }

  leaveOut(what: string): void {
    if (this.leftOut.has(what)) return
    this.leftOut.add(what)
    progress.note(`left out: ${what}`)
  }

  /** Measures all subjects in turn, round by round: whatever the machine does meanwhile, it does to all of them. */
  async compare(comparison: Comparison, rounds: number, subjects: readonly Subject[]): Promise<void> {
    progress.case(comparison.row, comparison.case)
    const samples = new Map<string, Samples[]>(subjects.map(({ name }) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      for (const subject of rotated(subjects, round)) {
        const taken = samples.get(subject.name)
        if (taken === undefined) continue
        progress.step(`round ${round + 1} of ${rounds}: ${subject.name}`)
        try {
          taken.push(await subject.measure())
        } catch (error) {
          samples.delete(subject.name)
          this.leaveOut(`${comparison.row}, ${comparison.case}: ${subject.name} (${reason(error)})`)
        }
      }
    }
    this.findings.push(...findings(comparison, samples))
  }
}

/** Gigabytes that the machine should keep for everything else. */
const SPARE = 2

const availableMemory = (): number =>
  Number(/^MemAvailable:\s*(\d+)/m.exec(readFileSync('/proc/meminfo', 'latin1'))?.[1] ?? 0) / 2 ** 20

/** The processes of some peers. */
class Hosts implements Disposable {
  readonly #byPeer: ReadonlyMap<PeerName, Host>

  constructor(byPeer: Iterable<readonly [PeerName, Host]>) {
    this.#byPeer = new Map(byPeer)
  }

  /** A subject for each peer. */
  subjects(measure: (host: Host, peer: PeerName) => Promise<Samples>): Subject[] {
    return [...this.#byPeer].map(([name, host]) => ({ name, measure: () => measure(host, name) }))
  }

  [Symbol.dispose](): void {
    for (const host of this.#byPeer.values()) host[Symbol.dispose]()
  }
}

/** Another one goes first in each round. */
function rotated<T>(list: readonly T[], by: number): T[] {
  const at = by % Math.max(list.length, 1)
  return [...list.slice(at), ...list.slice(0, at)]
}

function reason(error: unknown): string {
  if (error instanceof Unavailable) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
