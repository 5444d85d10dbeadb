// Many live children: what each takes in the parent, and what one more spawn costs among them.
import { readdirSync, readFileSync } from 'node:fs'
import type { Peer, Running } from '../peers/peer.js'
import { program } from '../places.js'
import { atOnce } from './at-once.js'
import { now, processCpu } from './clock.js'
import type { Samples } from './samples.js'

declare const Bun: { gc(force: boolean): void } | undefined

const crowd: Running[] = []

/** Starts children until `count` live. */
export async function gather(peer: Peer, { count }: { count: number }): Promise<Samples> {
  await atOnce(64, count - crowd.length, async () => {
    crowd.push(await peer.start(program('pause'), [], { stdio: 'ignore' }))
  })
  return {}
}

export async function disperse(): Promise<Samples> {
  const all = crowd.splice(0)
  for (const child of all) child.kill()
  await Promise.all(all.map((child) => child.exited))
  return {}
}

/** Memory in bytes, after a collection: what is resident of the process's own, and the part that JavaScript's heap is. */
export async function footprint(): Promise<Samples> {
  if (typeof Bun === 'undefined') globalThis.gc!()
  else Bun.gc(true)
  const status = readFileSync('/proc/self/status', 'latin1')
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)![1])
  return {
    memory: [field('RssAnon') * 1024],
    heap: [process.memoryUsage().heapUsed],
    fds: [readdirSync('/proc/self/fd').length],
    threads: [field('Threads')],
  }
}

/** One spawn and exit at a time, among whoever lives. */
export async function spawnInCrowd(peer: Peer, { count }: { count: number }): Promise<Samples> {
  const run = (): Promise<unknown> => peer.run('/bin/true', [], { stdio: 'ignore' })
  await run()
  const cpu = processCpu()
  const time: number[] = []
  for (let i = 0; i < count; i++) {
    const start = now()
    await run()
    time.push(now() - start)
  }
  return { cpu: [(processCpu() - cpu) / count], time }
}
