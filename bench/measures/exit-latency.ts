// Measures the time from the child's last instruction to the parent's promise.
import { closeSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs'
import type { Peer } from '../peers/peer.js'
import { CHILD } from '../places.js'
import type { Samples } from '../samples.js'
import { monotonic } from './clock.js'
import { makeFifo, scratch } from './scratch.js'

let fifo: string | undefined

export async function exitLatency(peer: Peer, { count }: { count: number }): Promise<Samples> {
  fifo ??= makeFifo()
  const note = scratch('exit-note')
  writeFileSync(note, Buffer.alloc(8))
  const noteFd = openSync(note, 'r')
  const latency: number[] = []
  for (let i = 0; i < count; i++) {
    const child = await peer.start(CHILD, ['exit-when-told', fifo, note], { stdio: 'ignore' })
    const told = openSync(fifo, 'w') // returns when the child has opened it, too
    const exited = child.exited.then(monotonic)
    writeSync(told, '!')
    latency.push((await exited) - timeOfExit(noteFd))
    closeSync(told)
  }
  closeSync(noteFd)
  return { latency }
}

/** In microseconds. */
function timeOfExit(noteFd: number): number {
  const bytes = Buffer.alloc(8)
  readSync(noteFd, bytes, 0, 8, 0)
  return Number(bytes.readBigUInt64LE()) / 1000
}
