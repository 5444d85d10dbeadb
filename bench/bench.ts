// One run: who takes part, what is compared, what came out.
import { Host } from './hosts.js'
import type { Samples } from './measures/samples.js'
import { runtimeOf, type PeerName } from './peers/index.js'
import { progress } from './progress.js'
import { findings, type Comparison, type Finding } from './results.js'
import type { RuntimeName } from './runtimes.js'
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

  /** The same, with one large process for all peers of a runtime. */
  largeHosts(gigabytes: number, ...names: readonly PeerName[]): Hosts {
    const byRuntime = new Map<RuntimeName, Host>()
    const host = (runtime: RuntimeName): Host => {
      const known = byRuntime.get(runtime) ?? new Host(runtime, { ballast: gigabytes })
      byRuntime.set(runtime, known)
      return known
    }
    return new Hosts(this.among(...names).map((peer) => [peer, host(runtimeOf(peer))]))
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
