import type { Peer } from '../peers/peer.js'
// A program that is run for what it prints.
import { program } from '../places.js'
import { now, processCpu } from './clock.js'
import type { Samples } from './samples.js'

export async function output(peer: Peer, { bytes }: { bytes: number }): Promise<Samples> {
  const cpu = processCpu()
  const start = now()
  const got = await peer.output(program('write'), [String(64 * 1024), String(bytes)])
  const time = (now() - start) / 1000
  if (got !== bytes) throw new Error(`Expected ${bytes} bytes, got ${got}`)
  return { time: [time], cpu: [(processCpu() - cpu) / 1000] }
}
