// The process in which a peer is measured: reads questions as lines of JSON, and answers each with one.
//   RUNTIME build/bench/host.js PEER GIGABYTES      GIGABYTES: how much memory the process holds in addition
import { createInterface } from 'node:readline'
import { calls } from './measures/calls.js'
import { disperse, gather } from './measures/crowd.js'
import { exitLatency } from './measures/exit-latency.js'
import { download, echo, output, pingPong } from './measures/pipes.js'
import { idleBesideC, manySpawns, runSync, spawn } from './measures/spawn.js'
import { peers, type PeerName } from './peers/index.js'
import type { Peer } from './peers/peer.js'
import { Unavailable, type Samples } from './samples.js'

const version = async ({ version: its }: Peer): Promise<Samples> => ({ [its]: [] })

const measures = {
  version,
  spawn,
  manySpawns,
  idleBesideC,
  runSync,
  gather,
  disperse,
  exitLatency,
  calls,
  download,
  echo,
  pingPong,
  output,
}

export type Measures = typeof measures
export type MeasureName = keyof Measures
/** What a measure gets besides the peer: nothing, or one object. */
export type ParamsOf<Name extends MeasureName> = Parameters<Measures[Name]> extends [Peer, infer Params] ? [Params] : []

export interface Question {
  readonly measure: MeasureName
  readonly params: unknown
}

export type Answer = { samples: Samples } | { unavailable: string } | { error: string }

async function answer(peer: Peer, { measure, params }: Question): Promise<Answer> {
  try {
    return { samples: await measures[measure](peer, params as never) }
  } catch (error) {
    if (error instanceof Unavailable) return { unavailable: error.message }
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** Every page is written to, so that it exists: fork copies the table of the pages that exist. */
const ballast = Array.from({ length: Number(process.argv[3]) * 4 }, () => Buffer.alloc(256 * 1024 * 1024, 1))

async function main(): Promise<void> {
  const peer = await peers[process.argv[2] as PeerName].load()
  for await (const line of createInterface({ input: process.stdin })) {
    const reply = await answer(peer, JSON.parse(line) as Question)
    process.stdout.write(`${JSON.stringify(reply)}\n`)
  }
  // Children that live on must not keep the process alive. This also uses the ballast, so that it is not collected.
  process.exit(ballast.length < 0 ? 1 : 0)
}

void main()
