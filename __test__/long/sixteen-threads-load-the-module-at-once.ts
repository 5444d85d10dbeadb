// The module is loaded, and used for the first time, in sixteen threads at the same moment: the reactor, the spawner
// threads are created once, the kernel is probed once, and all of it works.
//   node build/__test__/long/sixteen-threads-load-the-module-at-once.js COUNT
import { spawn as nodeSpawn } from 'node:child_process'
import fs from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { slowness } from '../support/within.js'
import { longTest } from './support/long-test.js'

const THREADS = 16

async function first(gate: Int32Array, number: number): Promise<void> {
  Atomics.add(gate, 0, 1)
  while (Atomics.load(gate, 0) < THREADS) Atomics.wait(gate, 0, Atomics.load(gate, 0), 5)
  const { SharedChild, spawn } = await import('shared-child')
  const here = SharedChild.spawnSync('sh', ['-c', `exit ${number}`], { stdio: 'ignore' })
  const there = await spawn('sh', ['-c', `echo ${number}`])
  const [status, { stdout }] = await Promise.all([here.wait(), there.output()])
  parentPort?.postMessage(status.code === number && stdout === `${number}\n` ? 'right' : 'wrong', [])
}

/** '' for a thread that has ended since it was listed. */
function nameOf(task: string): string {
  try {
    return fs.readFileSync(`/proc/self/task/${task}/comm`, 'utf8')
  } catch {
    return ''
  }
}

async function host(): Promise<void> {
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const answers = await Promise.all(
    Array.from(
      { length: THREADS },
      (_, number) =>
        new Promise((resolve) => {
          new Worker(__filename, { workerData: { gate, number } }).once('message', resolve).once('error', resolve)
        }),
    ),
  )
  const reactors = fs.readdirSync('/proc/self/task').filter((task) => nameOf(task).startsWith('shared-child re')).length
  const threads = process.env['SHARED_CHILD_REACTOR'] === 'threads' ? 0 : 1
  const right = answers.every((answer) => answer === 'right') && reactors === threads
  process.stderr.write(right ? '' : `${answers.join()}; ${reactors} reactors`)
  process.exit(right ? 0 : 3)
}

if (!isMainThread) {
  const { gate, number } = workerData as { gate: Int32Array; number: number }
  void first(gate, number)
} else if (process.argv[2] === 'host') void host()
else {
  longTest(async ({ count, expect }) => {
    for (let i = 0; i < count; i++) {
      const child = nodeSpawn(process.execPath, [__filename, 'host'], {
        stdio: ['ignore', 'ignore', 'inherit'],
        timeout: 60_000 * slowness,
        killSignal: 'SIGKILL',
      })
      const how = await new Promise((resolve) => {
        child.once('exit', (code, signal) => resolve(code ?? signal))
      })
      expect(how === 0, `a host ended with ${String(how)}`)
    }
    return { processes: count, threads: count * THREADS }
  })
}
