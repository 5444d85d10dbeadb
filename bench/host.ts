// The process in which peers are measured: reads questions as lines of JSON, and answers each with one.
//   RUNTIME build/bench/host.js [GIGABYTES]      the size of the process, beyond what it is anyway
import { createInterface } from 'node:readline'
import { measures, type MeasureName } from './measures/index.js'
import type { Samples } from './measures/samples.js'
import { peers, type PeerName } from './peers/index.js'
import type { Peer } from './peers/peer.js'
import { Unavailable } from './unavailable.js'

export interface Question {
  readonly measure: MeasureName
  readonly peer: PeerName
  readonly params: unknown
}

export type Answer = { samples: Samples; version: string } | { unavailable: string } | { error: string }

const loaded = new Map<PeerName, Peer>()

async function load(name: PeerName): Promise<Peer> {
  const peer = loaded.get(name) ?? (await peers[name].load())
  loaded.set(name, peer)
  return peer
}

async function answer({ measure, peer: name, params }: Question): Promise<Answer> {
  try {
    const peer = await load(name)
    const samples = await measures[measure](peer, params as never)
    return { samples, version: peer.version }
  } catch (error) {
    if (error instanceof Unavailable) return { unavailable: error.message }
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** Every page is written to, so that it is there: what fork copies is the table of pages that are. */
const ballast = Array.from({ length: Number(process.argv[2] ?? 0) * 4 }, () => Buffer.alloc(256 * 1024 * 1024, 1))

async function main(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const reply = await answer(JSON.parse(line) as Question)
    process.stdout.write(`${JSON.stringify(reply)}\n`)
  }
  // Children that live on must not keep it; and the ballast is still there.
  process.exit(ballast.length < 0 ? 1 : 0)
}

void main()
