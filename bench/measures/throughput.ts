// Many children: how many a second, and what that does to the event loop meanwhile.
import type { Peer } from '../peers/peer.js'
import { atOnce } from './at-once.js'
import { now, processCpu, threadCpu } from './clock.js'
import { watchLoop } from './loop-delay.js'
import type { Samples } from './samples.js'

export async function throughput(peer: Peer, { limit, count }: { limit: number; count: number }): Promise<Samples> {
  const call: number[] = []
  const run = (): Promise<unknown> => {
    const start = now()
    const exited = peer.run('/bin/true', [], { stdio: 'ignore' })
    call.push(now() - start)
    return exited
  }
  await atOnce(limit, limit, run)
  call.length = 0
  const thread = threadCpu()
  const all = processCpu()
  const worstDelay = watchLoop()
  const start = now()
  await atOnce(limit, count, run)
  const seconds = (now() - start) / 1e6
  return {
    rate: [count / seconds],
    delay: [worstDelay()],
    call,
    thread: [(threadCpu() - thread) / count],
    process: [(processCpu() - all) / count],
  }
}
