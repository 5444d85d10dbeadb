// Measures many live children, and the memory that they take in the parent.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Peer, Running } from '../peers/peer.js'
import { CHILD } from '../places.js'
import type { Samples } from '../samples.js'

declare const Bun: { gc(force: boolean): void } | undefined

const crowd: Running[] = []

/** Starts children until `count` of them live, and returns the memory that each of these has added. */
export async function gather(peer: Peer, { count }: { count: number }): Promise<Samples> {
  const before = await footprint()
  const already = crowd.length
  while (crowd.length < count) {
    const some = Array.from({ length: Math.min(50, count - crowd.length) }, () =>
      peer.start(CHILD, ['pause'], { stdio: 'ignore' }),
    )
    crowd.push(...(await Promise.all(some)))
  }
  const after = await footprint()
  const each = (key: keyof Footprint): number[] => [(after[key] - before[key]) / Math.max(count - already, 1)]
  return {
    memory: each('memory'),
    heap: each('heap'),
    pages: each('pages'),
    fds: each('fds'),
    threads: [after.threads - before.threads],
  }
}

export async function disperse(): Promise<Samples> {
  const all = crowd.splice(0)
  for (const child of all) child.kill()
  await Promise.all(all.map((child) => child.exited))
  return {}
}

interface Footprint {
  /** The resident bytes of the process itself. */
  readonly memory: number
  /** The bytes of JavaScript's heap. */
  readonly heap: number
  /** The bytes of heap that V8 has taken from the system. */
  readonly pages: number
  readonly fds: number
  readonly threads: number
}

/** Waits for a garbage collection, and for what it closes and frees in the background. */
export async function footprint(): Promise<Footprint> {
  for (let times = 0; times < 2; times++) {
    if (typeof Bun === 'undefined') globalThis.gc!()
    else Bun.gc(true)
    await pause(100)
  }
  const status = readFileSync('/proc/self/status', 'latin1')
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)![1])
  return {
    memory: field('RssAnon') * 1024,
    heap: process.memoryUsage().heapUsed,
    pages: process.memoryUsage().heapTotal,
    fds: readdirSync('/proc/self/fd').length,
    threads: field('Threads'),
  }
}
