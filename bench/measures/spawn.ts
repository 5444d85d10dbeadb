// Starts and awaits children: measures what each costs its caller, and how many there are a second.
import { execFile, spawnSync } from 'node:child_process'
import { openSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Peer, RunOptions } from '../peers/peer.js'
import { inCache } from '../places.js'
import { Unavailable, type Samples } from '../samples.js'
import { quantile } from '../statistics.js'
import { now, processCpu, switches, threadCpu } from './clock.js'
import { footprint } from './crowd.js'

const NOBODY = 65_534

/** The kinds of spawn that may be slower than others in the kernel or a library. */
const kinds = {
  plain: () => ({}),
  pipes: () => ({ stdio: 'pipe' }),
  'cwd and env': () => ({ cwd: '/tmp', env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', HOME: '/tmp' } }),
  '6 fds': () => ({ stdio: ['ignore', 'ignore', 'ignore', extraFd(), extraFd(), extraFd()] }),
  detached: () => ({ detached: true }),
  'uid and gid': () => nobody(),
  group: () => ({ group: true }),
  'group and killOnParentExit': () => ({ group: true, killOnParentExit: true }),
} satisfies Record<string, () => RunOptions>

export type Kind = keyof typeof kinds

let fd: number | undefined
const extraFd = (): number => (fd ??= openSync('/dev/null', 'r+'))

function nobody(): RunOptions {
  if (process.getuid?.() !== 0) throw new Unavailable('only root may change the user')
  return { uid: NOBODY, gid: NOBODY }
}

/** The addon that is compiled from programs/wake.c. */
let wake: (() => void) | undefined

export interface Spawns {
  readonly program: string
  readonly count: number
  /** How many children to run at a time. */
  readonly limit: number
  readonly kind?: Kind
  /** Whether to make and time a second call right after the first. */
  readonly twice?: boolean
  /** Whether to time the bare call of an addon as well, instead of the spawn and after it. */
  readonly bare?: boolean
}

export async function spawn(
  peer: Peer,
  { program, count, limit, kind = 'plain', bare, twice }: Spawns,
): Promise<Samples> {
  const options: RunOptions = { stdio: 'ignore', ...kinds[kind]() }
  const [call, time, bareCall, again]: [number[], number[], number[], number[]] = [[], [], [], []]
  if (bare) wake ??= require(inCache('bin', 'wake.node')) as () => void
  const second = async (): Promise<void> => {
    const start = now()
    const exited = peer.run(program, [], options)
    again.push(now() - start)
    await exited
  }
  /** Starts `total` children, at most `limit` of them at a time. */
  const run = async (total: number): Promise<void> => {
    let started = 0
    const worker = async (): Promise<void> => {
      while (started < total) {
        started++
        const start = now()
        const exited = peer.run(program, [], options)
        call.push(now() - start)
        if (twice) await second()
        await exited
        time.push(now() - start)
        // The exec and exit of another program leave the caches in the same state for both.
        if (bare) bareCall.push(timeOf(wake!))
        if (bare) await peer.run(program, [], options)
      }
    }
    await Promise.all(Array.from({ length: Math.min(limit, total) }, worker))
  }
  await run(limit)
  for (const samples of [call, time, bareCall, again]) samples.length = 0
  const before = { thread: threadCpu(), process: processCpu(), switches: switches(), at: now() }
  await run(count)
  const seconds = (now() - before.at) / 1e6
  const children = bare || twice ? count * 2 : count
  return {
    call,
    time,
    ...(bare ? { bare: bareCall } : {}),
    ...(twice ? { again } : {}),
    rate: [children / seconds],
    thread: [(threadCpu() - before.thread) / children],
    process: [(processCpu() - before.process) / children],
    switches: [(switches() - before.switches) / children],
  }
}

/** Runs programs to their end with spawnSync() of child_process: the host's own, which may be replaced. */
export function runSync(
  _: Peer,
  { program, count, bytes }: { program: string; count: number; bytes: number },
): Samples {
  const input = Buffer.alloc(bytes)
  const run = (): void => {
    const { status, stdout } = spawnSync(program, { input, maxBuffer: Infinity })
    if (status !== 0 || stdout.length !== bytes) throw new Error(`${program}: ${status}, ${stdout.length} bytes`)
  }
  run()
  return { time: Array.from({ length: count }, () => timeOf(run)) }
}

function timeOf(work: () => void): number {
  const start = now()
  work()
  return now() - start
}

/** Room for the event loop's delays. It is allocated first, so that it does not count as growth. */
const late = new Float64Array(1e6)

/** The event loop's delays, in milliseconds, while it is watched. */
class Delays {
  #ticks = 0

  watch(): Disposable {
    let last = now()
    const timer = setInterval(() => {
      const time = now()
      late[this.#ticks++ % late.length] = (time - last) / 1000 - 1
      last = time
    }, 1)
    return { [Symbol.dispose]: () => clearInterval(timer) }
  }

  /** The 99.9th percentile. */
  worst(): number {
    return quantile([...late.subarray(0, this.#ticks)], 0.999)
  }
}

/**
 * Starts very many children, and measures how late the event loop is, in milliseconds, and how much the process grows in their second
 * half. In the first half, the runtime takes the memory that it then keeps using.
 */
export async function manySpawns(peer: Peer, spawns: Spawns): Promise<Samples> {
  const delays = new Delays()
  const half = async (): Promise<number[]> => {
    using _ = delays.watch()
    const rates: number[] = []
    for (let i = 0; i < 5; i++) rates.push(...(await spawn(peer, { ...spawns, count: spawns.count / 10 }))['rate']!)
    return rates
  }
  const rate = await half()
  const before = await footprint()
  rate.push(...(await half()))
  const after = await footprint()
  return {
    rate,
    late: [delays.worst()],
    grownBy: [after.memory - before.memory],
    heapGrownBy: [after.heap - before.heap],
  }
}

/** How late the event loop is in this idle process, while a C program starts as many children in as many threads. */
export async function idleBesideC(_peer: Peer, { program, limit, count }: Spawns): Promise<Samples> {
  const delays = new Delays()
  using _ = delays.watch()
  await promisify(execFile)(inCache('bin', 'bounds'), ['threads', String(limit), String(count), program])
  return { late: [delays.worst()] }
}
