// A spawn and exit while every thread of libuv's pool is taken.
import { closeSync, constants, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Peer } from '../peers/peer.js'
import { now } from './clock.js'
import type { Samples } from './samples.js'
import { makeFifo } from './scratch.js'

/** https://docs.libuv.org/en/v1.x/threadpool.html */
const POOL_SIZE = 4

/** Whoever needs the pool has it back after this many milliseconds, and so takes that long. */
const PATIENCE = 1000

export async function busyPool(peer: Peer): Promise<Samples> {
  // To open a FIFO that nobody writes to blocks a thread, and costs no CPU time.
  const fifo = makeFifo()
  const blocked = Array.from({ length: POOL_SIZE }, () => open(fifo, 'r'))
  const free = once(() => closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK)))
  const timer = setTimeout(free, PATIENCE)
  const start = now()
  await peer.run('/bin/true', [], { stdio: 'ignore' })
  const time = (now() - start) / 1000
  clearTimeout(timer)
  free()
  for (const opened of blocked) await (await opened).close()
  return { time: [time] }
}

function once(work: () => void): () => void {
  let done = false
  return () => {
    if (!done) work()
    done = true
  }
}
