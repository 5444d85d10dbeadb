// Polls and signals a running child. A single call is too short for the clock, so calls are timed in batches.
import type { Peer } from '../peers/peer.js'
import { CHILD } from '../places.js'
import { Unavailable, type Samples } from '../samples.js'
import { now } from './clock.js'

const BATCH = 100

function timed(batches: number, call: () => unknown): number[] {
  const batch = (): number => {
    const start = now()
    for (let i = 0; i < BATCH; i++) call()
    return (now() - start) / BATCH
  }
  batch()
  return Array.from({ length: batches }, batch)
}

export async function calls(peer: Peer, { batches }: { batches: number }): Promise<Samples> {
  const child = await peer.start(CHILD, ['pause'], { stdio: 'ignore' })
  if (child.send === undefined) throw new Unavailable('it sends no signal at once')
  const samples = {
    tryWait: child.poll === undefined ? [] : timed(batches, () => child.poll!()),
    // The child ignores this signal, so that only the sending is measured.
    kill: timed(batches, () => child.send!('SIGURG')),
  }
  child.kill()
  await child.exited
  return samples
}
