// A debugger holds the zombie of a child: it has exited, but nobody can reap it. The wait must end when the debugger
// lets go, and not before; nothing may spin, hang or be lost meanwhile.
//   node build/__test__/long/a-wait-outlasts-a-tracer.js COUNT [without-threads]
// With without-threads, no thread can be started that would wait for it.
import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { createInterface } from 'node:readline'
import { spawn, type SharedChild } from 'shared-child'
import { childrenOf, processEntry } from '../support/proc.js'
import { until, within } from '../support/within.js'
import { compileLibrary, compileProgram, load } from './support/compile.js'
import { longTest } from './support/long-test.js'

/** clone3 fails with ENOSYS, so that threads are created with clone; clone with CLONE_THREAD fails with EAGAIN. */
const NO_THREADS = process.arch === 'x64' ? '435:0:38 56:65536:11' : '435:0:38 220:65536:11'

/** The CPU time of the package's own threads, in milliseconds. What Node's threads do does not matter. */
function processorTimeOfThreads(): number {
  const read = (task: string, name: string): string => fs.readFileSync(`/proc/self/task/${task}/${name}`, 'utf8')
  const times = fs.readdirSync('/proc/self/task').map((task) => {
    try {
      return read(task, 'comm').startsWith('shared-child') ? Number(read(task, 'schedstat').split(' ')[0]) / 1e6 : 0
    } catch {
      return 0 // It has ended.
    }
  })
  return times.reduce((sum, time) => sum + time, 0)
}

longTest(async ({ count, variant, expect }) => {
  const tracer = compileProgram('tracer')
  // This starts the spawners, the reactor and the clock.
  await Promise.all([1, 2, 3, 4].map(async () => (await spawn('sleep', ['0.01'])).waitTimeout(10_000)))
  if (variant === 'without-threads') {
    process.env['REFUSE'] = NO_THREADS
    load(compileLibrary('refuse'))
  }
  let settledEarly = 0
  let slowest = 0
  let processorTime = 0
  for (let i = 0; i < count; i++) {
    const child: SharedChild = await spawn('sleep', ['1000'], { stdio: 'ignore' })
    const debug = nodeSpawn(tracer, [`${child.pid}`], { stdio: ['pipe', 'pipe', 'inherit'] })
    const left = once(debug, 'exit')
    await within(10_000, 'the tracer', once(createInterface({ input: debug.stdout }), 'line'))
    let settled = false
    const waits = [child.wait(), child.wait(), child.waitTimeout(60_000)].map((wait) =>
      wait.finally(() => (settled = true)),
    )
    // This is the one signal that no tracer can stop.
    expect(child.killSync(), 'the signal was sent')
    await until('the child is a zombie', () => processEntry(child.pid)?.state === 'Z')
    const before = processorTimeOfThreads()
    // It is a zombie, but the kernel gives its status only to the tracer.
    expect(child.tryWaitSync() === null, 'tryWait says what the kernel says')
    expect((await child.waitTimeout(50)) === null, 'waitTimeout keeps its time')
    processorTime = Math.max(processorTime, processorTimeOfThreads() - before)
    if (settled) settledEarly++
    const gone = performance.now()
    debug.stdin.end()
    const statuses = await within(10_000, 'the waits after the tracer has left', Promise.all(waits))
    slowest = Math.max(slowest, performance.now() - gone)
    for (const status of statuses) expect(status?.signal === 'SIGKILL', JSON.stringify(status))
    expect(!child.killSync(), 'no signal is sent afterwards')
    await left
  }
  expect(settledEarly === 0, `${settledEarly} waits ended while the tracer held the child`)
  // A poll every 50 ms takes some microseconds; a busy loop would use all the time it can get.
  expect(processorTime < 10, `the wait used ${processorTime} ms of processor time in 50 ms`)
  await until('nobody is left', () => childrenOf().length === 0)
  return { tracedChildren: count, lostWaits: 0, slowestAfterTracerMs: Math.round(slowest) }
})
