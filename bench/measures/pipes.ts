// Measures pipes: how many bytes go through a second, and the CPU time of both ends.
import { readFileSync } from 'node:fs'
import type { Peer } from '../peers/peer.js'
import { CHILD } from '../places.js'
import type { Samples } from '../samples.js'
import { now, processCpu } from './clock.js'
import { scratch } from './scratch.js'

function expectBytes(got: number, expected: number): void {
  if (got !== expected) throw new Error(`Expected ${expected} bytes, got ${got}`)
}

/** Runs `work`, and returns how many megabytes went through a second, and the CPU time for a gigabyte, in ms. */
async function measured(bytes: number, work: (note: string) => Promise<unknown>): Promise<Samples> {
  const note = scratch('cpu-note')
  const cpu = processCpu()
  const start = now()
  await work(note)
  const seconds = (now() - start) / 1e6
  const ours = processCpu() - cpu
  const childs = Number(readFileSync(note, 'latin1'))
  const gigabytes = bytes / 1e9
  return {
    bytes: [bytes / 1e6 / seconds],
    bothCpu: [(ours + childs) / 1000 / gigabytes],
    parentCpu: [ours / 1000 / gigabytes],
  }
}

/** The child writes `bytes` in writes of `size`. */
export function download(peer: Peer, { bytes, size }: { bytes: number; size: number }): Promise<Samples> {
  return measured(bytes, async (note) => {
    const child = await peer.pipe(CHILD, ['write', String(size), String(bytes), note])
    let got = 0
    await Promise.all([child.read((chunk) => (got += chunk.length)), child.exited])
    expectBytes(got, bytes)
  })
}

/** This process writes `bytes` and reads them back. */
export function echo(peer: Peer, { bytes }: { bytes: number }): Promise<Samples> {
  return measured(bytes, async (note) => {
    const child = await peer.pipe(CHILD, ['echo', note])
    let got = 0
    const read = child.read((chunk) => (got += chunk.length))
    const chunk = new Uint8Array(64 * 1024)
    for (let sent = 0; sent < bytes; sent += chunk.length) await child.write(chunk)
    child.end()
    await Promise.all([read, child.exited])
    expectBytes(got, bytes)
  })
}

/** Sends one byte there and back, again and again. */
export async function pingPong(peer: Peer, { count }: { count: number }): Promise<Samples> {
  const child = await peer.pipe(CHILD, ['echo', scratch('cpu-note')])
  const ball = new Uint8Array(1)
  let back = (): void => {}
  const read = child.read(() => back())
  const play = async (): Promise<void> => {
    const returned = new Promise<void>((resolve) => (back = resolve))
    void child.write(ball)
    await returned
  }
  await play()
  const trip: number[] = []
  const cpu = processCpu()
  for (let i = 0; i < count; i++) {
    const start = now()
    await play()
    trip.push(now() - start)
  }
  const tripCpu = [(processCpu() - cpu) / count]
  child.end()
  await Promise.all([read, child.exited])
  return { trip, tripCpu }
}

/** Runs a program for its output. */
export async function output(peer: Peer, { bytes }: { bytes: number }): Promise<Samples> {
  const cpu = processCpu()
  const start = now()
  expectBytes(await peer.output(CHILD, ['write', String(64 * 1024), String(bytes)]), bytes)
  return { collected: [(now() - start) / 1000], collectedCpu: [(processCpu() - cpu) / 1000] }
}
