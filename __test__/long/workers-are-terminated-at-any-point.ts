// Workers that spawn, wait, stream and attach are terminated at random points. Nothing crashes or hangs, no child is left,
// no fd leaks, and the other threads' waits are undisturbed.
//   node build/__test__/long/workers-are-terminated-at-any-point.js COUNT
import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { SharedChild, spawn, type ChildToken } from 'shared-child'
import { childrenOf, openFds } from '../support/proc.js'
import { until, within } from '../support/within.js'
import { longTest } from './support/long-test.js'
import { random, seed } from './support/random.js'

const AT_ONCE = 3
/**
 * Runs without end. A running child rightly outlives its worker, with the pipes that nobody has taken, so all of these end by themselves in
 * a second or two.
 */
async function work(token: ChildToken): Promise<void> {
  const shared = SharedChild.attach(token)
  const text = 'x'.repeat(100_000)
  const loops = [
    async () => {
      const child = await spawn('timeout', ['2', 'cat'])
      await child.output({ input: text })
    },
    async () => {
      const child = await spawn('sh', ['-c', 'echo text; sleep 1'], { timeout: 5 })
      child.stdout?.resume()
      await child.wait()
    },
    async () => {
      const again = SharedChild.attach(shared.share())
      await Promise.all([again.waitTimeout(1), again.tryWait(), again.kill(0)])
    },
    async () => {
      await using child = SharedChild.spawnSync('true', { stdio: 'ignore' })
      await child.waitTimeout(20)
    },
    async () => void (await spawn('/no/such/program').catch(() => undefined)),
  ]
  void shared.wait()
  parentPort?.postMessage('started', [])
  await Promise.all(
    loops.map(async (turn) => {
      for (;;) await turn()
    }),
  )
}

if (!isMainThread) void work(workerData as ChildToken)
else {
  longTest(async ({ count, expect }) => {
    const next = random(seed)
    // This creates what is created once: the reactor, the spawners, libuv's reserve fd.
    await (await spawn('cat')).output({ input: 'text' })
    const fds = openFds().length
    const shared = await spawn('sleep', ['100000'], { stdio: 'ignore' })
    const waiting = shared.wait()
    let started = 0
    let slowest = 0
    const run = async (): Promise<void> => {
      while (started < count) {
        const number = started++
        const worker = new Worker(__filename, { workerData: shared.share() })
        const failure = once(worker, 'error').then(([error]) => expect(false, `a worker failed: ${String(error)}`))
        failure.catch(() => undefined)
        // Every third worker does not even get the time to start.
        const delay = next() * 15
        if (number % 3 > 0) await within(30_000, 'the start of a worker', once(worker, 'message'))
        await new Promise((resolve) => setTimeout(resolve, delay))
        const begin = performance.now()
        await within(30_000, 'terminate()', worker.terminate())
        slowest = Math.max(slowest, performance.now() - begin)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, run))
    expect(shared.tryWaitSync() === null, 'the child of the main thread still runs')
    shared.killSync()
    expect((await within(10_000, 'the wait of the main thread', waiting)).signal === 'SIGKILL', 'it has its status')
    expect((await (await spawn('true')).wait()).success, 'it still works')
    await until('all children are gone', () => childrenOf().length === 0, 20_000)
    await until('all fds are closed', () => openFds().length <= fds, 10_000).catch(() => undefined)
    const fdsLeaked = Math.max(0, openFds().length - fds)
    expect(fdsLeaked === 0, `${fdsLeaked} fds leaked: ${openFds().join(', ')}`)
    return {
      workers: count,
      slowestTerminateMs: Math.round(slowest),
      childrenLeft: childrenOf().length,
      fdsLeaked,
      seed,
    }
  })
}
