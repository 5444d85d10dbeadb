// npm run soak -- --minutes N: a mixed load for a long time. It prints what was done, and memory, fds and the worst delay once a minute;
// it ends with 1 when a status was lost or wrong, when anything grows, or when a process is left.
import { once } from 'node:events'
import fs from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Readable } from 'node:stream'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { SharedChild, spawn, type ChildToken, type ExitStatus } from 'shared-child'
import { childrenOf, openFds } from '../support/proc.js'
import { until, within } from '../support/within.js'

const at = process.argv.indexOf('--minutes')
const minutes = at > 0 ? Number(process.argv[at + 1]) : 30

/** Every descendant of this process has this mark in its environment. */
const MARK = 'SHARED_CHILD_SOAK'

const counts = {
  spawns: 0,
  statuses: 0,
  kills: 0,
  groups: 0,
  terminations: 0,
  hosts: 0,
  bytes: 0,
  workers: 0,
  failedSpawns: 0,
  wrong: 0,
}
type Counts = typeof counts

function right(holds: boolean, what: string): void {
  if (holds) return
  counts.wrong++
  process.stderr.write(`wrong: ${what}\n`)
}

const LONG = 60_000

/** The kinds of use, one after the other, again and again. */
const loads: Record<string, (turn: number) => Promise<void>> = {
  async shortLived(turn) {
    const child = await spawn('sh', ['-c', `exit ${turn % 100}`], { stdio: 'ignore' })
    counts.spawns++
    const [one, two] = await within(LONG, 'wait', Promise.all([child.wait(), child.waitTimeout(LONG)]))
    right(one.code === turn % 100 && two === one, `code ${turn % 100}: ${JSON.stringify(one)}`)
    counts.statuses++
  },
  async killed(turn) {
    const child = turn % 2 ? await spawn('sleep', ['1000']) : SharedChild.spawnSync('sleep', ['1000'], { timeout: 5 })
    counts.spawns++
    if (turn % 2) right(await child.kill(turn % 4 === 1 ? 'SIGTERM' : 'SIGKILL'), 'the signal was sent')
    const { signal } = await within(LONG, 'wait', child.wait())
    right(signal === 'SIGKILL' || signal === 'SIGTERM', `signal ${signal}`)
    right(!(await child.kill()), 'nothing is sent to a child that is gone')
    counts.statuses++
    counts.kills++
  },
  /** A tree, with its leader and without it; half of the trees would also end with this process. */
  async groups(turn) {
    const leaderStays = turn % 3 > 0
    const options = { stdio: ['ignore', 'pipe', 'inherit'] as const, group: true, killOnParentExit: turn % 2 === 0 }
    const args = ['-c', `sleep 1000 & sleep 1000 & echo up; ${leaderStays ? 'wait' : 'exit 7'}`]
    const child = turn % 5 === 0 ? SharedChild.spawnSync('sh', args, options) : await spawn('sh', args, options)
    counts.spawns++
    counts.groups++
    const { closed } = await firstText(child.takeStdout()!)
    if (!leaderStays) await within(LONG, 'wait', child.wait())
    const way = ENDS[turn % ENDS.length]!
    await within(LONG, way.cause, way.end(child))
    right(await within(LONG, 'waitGroup', child.waitGroup()), 'nothing of the group runs')
    right(!child.killGroupSync(0), 'nobody of the group is left')
    await within(LONG, 'the last who has stdout', closed)
    const { code, cause } = await within(LONG, 'wait', child.wait())
    right(leaderStays ? cause === way.cause : code === 7 && cause === null, `${way.cause}: code ${code}, ${cause}`)
    counts.statuses++
  },
  /** One child that reacts to the signal, and one that has to be killed after the grace period. */
  async terminated(turn) {
    const listens = turn % 2 === 0
    const args = ['-c', `${listens ? '' : `trap '' TERM; `}echo up; while :; do sleep 1; done`]
    const child = await spawn('sh', args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      group: turn % 4 < 2,
      killGrace: LONG,
    })
    counts.spawns++
    const { closed } = await firstText(child.takeStdout()!)
    const both = [child.terminate(listens ? {} : { grace: 20 }), child.terminate()]
    const [one, two] = await within(LONG, 'terminate()', Promise.all(both))
    right(one === two && one!.cause === 'terminate', `cause ${one!.cause}`)
    right(one!.signal === (listens ? 'SIGTERM' : 'SIGKILL'), `signal ${one!.signal}`)
    await within(LONG, 'the last who has stdout', closed)
    counts.statuses++
    counts.terminations++
  },
  /** A process is killed, and what it has started ends with it. */
  async hosts() {
    const host = await spawn(process.execPath, [__filename, HOST], { stdio: ['ignore', 'pipe', 'inherit'] })
    counts.spawns++
    const { closed } = await firstText(host.takeStdout()!)
    right(await host.kill(), 'the host was there')
    await within(LONG, 'what the host had started', closed)
    await within(LONG, 'wait', host.wait())
    counts.statuses++
    counts.hosts++
    await new Promise((resolve) => setTimeout(resolve, 200))
  },
  async streaming(turn) {
    const input = Buffer.alloc((turn % 7) * 50_000, turn)
    await using child = await spawn('cat')
    counts.spawns++
    const { status, stdout } = await within(LONG, 'output', child.output({ input, encoding: 'buffer' }))
    right(status.success && stdout.equals(input), `${input.length} bytes came as ${stdout.length}`)
    counts.statuses++
    counts.bytes += input.length * 2
  },
  async failing() {
    const error = await spawn('/no/such/program').catch((reason: NodeJS.ErrnoException) => reason)
    right(error instanceof Error && error.code === 'ENOENT', 'a missing program is ENOENT')
    counts.failedSpawns++
    await new Promise((resolve) => setTimeout(resolve, 20))
  },
  async inWorkers(turn) {
    const child = await spawn('sh', ['-c', 'read line; exit 9'])
    counts.spawns++
    const worker = new Worker(__filename, { workerData: child.share() })
    counts.workers++
    const told = new Promise<unknown>((resolve, reject) => worker.on('message', resolve).on('error', reject))
    if (turn % 3 === 0) await within(LONG, 'terminate()', worker.terminate())
    child.stdin?.end('go\n')
    const { code } = await within(LONG, 'wait', child.wait())
    right(code === 9, `code ${code}`)
    if (turn % 3 > 0) right((await within(LONG, 'the worker', told)) === 9, 'the worker has the same status')
    counts.statuses++
    await worker.terminate()
  },
}

/** The argument that makes this file the host of such a child. */
const HOST = '--host'

async function beAHost(): Promise<void> {
  const stdio = ['ignore', 'inherit', 'inherit'] as const
  await spawn('sh', ['-c', 'sleep 1000 & echo up; wait'], { stdio, group: true, killOnParentExit: true })
}

const ENDS: readonly { cause: ExitStatus['cause'] & string; end: (child: SharedChild) => Promise<unknown> }[] = [
  { cause: 'kill', end: (child) => child.killGroup() },
  { cause: 'terminate', end: (child) => child.terminate() },
  { cause: 'dispose', end: (child) => child[Symbol.asyncDispose]() },
  { cause: 'dispose', end: async (child) => child[Symbol.dispose]() },
]

/** Resolves when data has come; `closed` resolves when no process has the other end any more. */
async function firstText(stream: Readable): Promise<{ closed: Promise<unknown> }> {
  const closed = once(stream, 'close')
  await within(LONG, 'the first text', once(stream, 'data'))
  return { closed }
}

/** The descendants of this process, whichever process is their parent now. Zombies have no environment. */
function processesLeft(): string[] {
  return fs.readdirSync('/proc').filter((pid) => {
    try {
      const variables = fs.readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
      return variables.includes(`${MARK}=${process.pid}`)
    } catch {
      return false
    }
  })
}

interface Level {
  rssMiB: number
  fds: number
}

function level(): Level {
  const gc = (globalThis as unknown as { gc?: () => void }).gc
  gc?.()
  gc?.()
  const pages = Number(fs.readFileSync('/proc/self/statm', 'latin1').split(' ')[1])
  return { rssMiB: Math.round((pages * 4096) / 2 ** 20), fds: openFds().length }
}

async function main(): Promise<void> {
  const end = performance.now() + minutes * 60_000
  const warm = performance.now() + Math.min(60_000, minutes * 20_000)
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  const run = { stopped: false }
  const rest = new Set(Object.keys(loads))
  const loops = Object.entries(loads).map(async ([name, load]) => {
    for (let turn = 0; !run.stopped; turn++) await load(turn)
    rest.delete(name)
  })
  const all = Promise.all(loops)
  all.catch((error: unknown) => {
    right(false, String(error))
    run.stopped = true
  })
  let start: (Level & Counts) | null = null
  let report = performance.now() + 60_000
  while (!run.stopped && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    // After the first minute, because caches and pools have their final size then.
    if (start === null && performance.now() > warm) start = { ...level(), ...counts }
    if (performance.now() > report) {
      report += 60_000
      console.log(JSON.stringify({ ...counts, ...level(), worstDelayMs: Math.round(delay.max / 1e6) }))
    }
  }
  run.stopped = true
  await within(2 * LONG, `the last of ${[...rest].join()}`, all)
  await until('all children are gone', () => childrenOf().length === 0)
  await until('all processes are gone', () => processesLeft().length === 0)
  await until('all fds are closed', () => level().fds <= (start?.fds ?? 0)).catch(() => undefined)
  const last = level()
  const first = start ?? { ...last, ...counts }
  const summary = {
    minutes,
    ...counts,
    worstDelayMs: Math.round(delay.max / 1e6),
    rssMiBStart: first.rssMiB,
    rssMiBEnd: last.rssMiB,
    fdsStart: first.fds,
    fdsEnd: last.fds,
    zombies: childrenOf().length,
    processesLeft: processesLeft().length,
  }
  console.log(JSON.stringify(summary))
  // At the start, some children were alive, with their fds. The heap may vary; a leak of 100 bytes per child would be seen.
  const mayGrow = 16 + ((counts.spawns - first.spawns) * 100) / 2 ** 20
  right(last.fds <= first.fds, `fds grew from ${first.fds} to ${last.fds}`)
  right(last.rssMiB <= first.rssMiB + mayGrow, `memory grew from ${first.rssMiB} to ${last.rssMiB} MiB`)
  right(counts.spawns === counts.statuses, `${counts.spawns} children, ${counts.statuses} statuses`)
  process.exit(counts.wrong > 0 ? 1 : 0)
}

if (process.argv[2] === HOST) {
  void beAHost()
} else if (isMainThread) {
  process.env[MARK] = String(process.pid)
  main().catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
} else {
  const child = SharedChild.attach(workerData as ChildToken)
  void child.wait().then(({ code }) => parentPort?.postMessage(code, []))
}
