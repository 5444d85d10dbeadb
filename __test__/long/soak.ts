import fs from 'node:fs'
// npm run soak -- --minutes N: a mixed load for a long time. It prints what was done, and memory, fds and the worst delay once a minute;
// it ends with 1 when a status was lost or wrong, or when anything grows.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { SharedChild, spawn, type ChildToken } from 'shared-child'
import { childrenOf, openFds } from '../support/proc.js'
import { until, within } from '../support/within.js'

const at = process.argv.indexOf('--minutes')
const minutes = at > 0 ? Number(process.argv[at + 1]) : 30

const counts = { spawns: 0, statuses: 0, kills: 0, bytes: 0, workers: 0, failedSpawns: 0, wrong: 0 }
type Counts = typeof counts

function right(holds: boolean, what: string): void {
  if (holds) return
  counts.wrong++
  process.stderr.write(`wrong: ${what}\n`)
}

const LONG = 60_000

/** One of each kind of use, again and again. */
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
    // After the first minute: caches and pools are as large then as they will be.
    if (start === null && performance.now() > warm) start = { ...level(), ...counts }
    if (performance.now() > report) {
      report += 60_000
      console.log(JSON.stringify({ ...counts, ...level(), worstDelayMs: Math.round(delay.max / 1e6) }))
    }
  }
  run.stopped = true
  await within(2 * LONG, `the last of ${[...rest].join()}`, all)
  await until('all children are gone', () => childrenOf().length === 0)
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
  }
  console.log(JSON.stringify(summary))
  // At the start some children were alive, with their fds. The heap may breathe; a leak of 100 bytes a child would be seen.
  const mayGrow = 16 + ((counts.spawns - first.spawns) * 100) / 2 ** 20
  right(last.fds <= first.fds, `fds grew from ${first.fds} to ${last.fds}`)
  right(last.rssMiB <= first.rssMiB + mayGrow, `memory grew from ${first.rssMiB} to ${last.rssMiB} MiB`)
  right(counts.spawns === counts.statuses, `${counts.spawns} children, ${counts.statuses} statuses`)
  process.exit(counts.wrong > 0 ? 1 : 0)
}

if (isMainThread) {
  main().catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
} else {
  const child = SharedChild.attach(workerData as ChildToken)
  void child.wait().then(({ code }) => parentPort?.postMessage(code, []))
}
