// Whole hosts end by process.exit(), an uncaught exception, SIGTERM or SIGKILL while they spawn, wait, stream and share. Each ends as
// it was told to, in time, and leaves no zombie and no process running that should have ended.
//   node build/__test__/long/hosts-end-at-any-point.js COUNT
import { spawn as nodeSpawn } from 'node:child_process'
import fs from 'node:fs'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { SharedChild, spawn } from 'shared-child'
import { slowness, until } from '../support/within.js'
import { longTest } from './support/long-test.js'
import { random, seed } from './support/random.js'

const AT_ONCE = 2
const ends = ['exit', 'uncaught', 'SIGTERM', 'SIGKILL'] as const
type End = (typeof ends)[number]

const MARK = 'SHARED_CHILD_LONG_HOST'

/** Runs without end. All children end with their input. */
async function work(): Promise<void> {
  const text = 'x'.repeat(100_000)
  for (;;) {
    const child = await spawn('cat')
    const again = SharedChild.attach(child.share())
    void again.wait()
    void again.waitTimeout(1)
    const quick = SharedChild.spawnSync('true', { stdio: 'ignore' })
    await Promise.all([child.output({ input: text }), quick.wait(), again.tryWait(), again.kill(0)])
  }
}

function host(end: End, delay: number, withWorker: boolean): void {
  for (let i = 0; i < 3; i++) void work()
  // It must not keep the process from ending.
  if (withWorker) new Worker(__filename, { workerData: 'work' }).unref()
  setTimeout(() => {
    if (end === 'exit') process.exit(7)
    if (end === 'uncaught') throw new Error('planned')
    process.stdout.write('now\n')
  }, delay)
}

const [, , first, second, third] = process.argv
if (!isMainThread) void (workerData === 'work' && work())
else if (ends.includes(first as End)) host(first as End, Number(second), third === 'true')
else {
  longTest(async ({ count, expect }) => {
    const next = random(seed)
    const mark = `${process.pid}-${seed}`
    const ended: Record<End, number> = { exit: 0, uncaught: 0, SIGTERM: 0, SIGKILL: 0 }
    let started = 0
    let slowest = 0
    const run = async (): Promise<void> => {
      while (started < count) {
        const number = started++
        const end = ends[number % ends.length] ?? 'exit'
        const args = [end, `${Math.floor(next() * 60)}`, `${next() < 0.3}`]
        const child = nodeSpawn(process.execPath, [__filename, ...args], {
          env: { ...process.env, [MARK]: mark },
          stdio: ['ignore', 'pipe', 'pipe'],
          timeout: 60_000 * slowness,
          killSignal: 'SIGABRT',
        })
        let stderr = ''
        child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
        let told = 0
        child.stdout.once('data', () => {
          told = performance.now()
          child.kill(end as NodeJS.Signals)
        })
        const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
          child.once('exit', (...how) => resolve(how))
        })
        if (told > 0) slowest = Math.max(slowest, performance.now() - told)
        const right = {
          exit: code === 7,
          uncaught: code === 1 && stderr.includes('planned'),
          SIGTERM: signal === 'SIGTERM',
          SIGKILL: signal === 'SIGKILL',
        }[end]
        expect(right, `${args.join(' ')}: ${String(code ?? signal)} ${stderr.slice(0, 500)}`)
        if (right) ended[end]++
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, run))
    const left = (): string[] => ofHosts(mark)
    await until('all children of all hosts are gone', () => left().length === 0, 20_000).catch(() => undefined)
    expect(left().length === 0, `left: ${left().join(', ')}`)
    return { hosts: count, ...ended, slowestEndMs: Math.round(slowest), processesLeft: left().length, seed }
  })
}

/** Processes that have the mark in their environment, except this one's own children. */
function ofHosts(mark: string): string[] {
  return fs.readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      return fs.readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${MARK}=${mark}\0`)
    } catch {
      return false
    }
  })
}
