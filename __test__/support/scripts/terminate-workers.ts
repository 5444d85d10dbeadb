import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { SharedChild, spawn, type ChildToken } from 'shared-child'
import { how, killedBy } from '../how.js'
import { childrenOf } from '../proc.js'
import { until } from '../within.js'

/** Spawns and waits in an endless loop, so that terminate() may come at any point. */
async function work(): Promise<void> {
  const shared = SharedChild.attach(workerData as ChildToken)
  parentPort?.postMessage('started')
  for (;;) {
    void shared.wait()
    void shared.waitTimeout(1)
    // No child that lives until its stdin is closed: it would rightly outlive its worker.
    const [one, two] = await Promise.all([spawn('true'), spawn('echo', ['text'])])
    two.stdin?.write('text')
    await Promise.all([one.wait(), two.output(), shared.kill(0)])
    SharedChild.spawnSync('true').waitSync(1)
  }
}

async function main(): Promise<void> {
  if (!isMainThread) return work()
  const shared = await spawn('sleep', ['1000'], { stdio: 'ignore' })
  const waiting = shared.wait()
  let rounds = 0
  let slowest = 0
  const run = async (): Promise<void> => {
    while (rounds < 60) {
      const delay = rounds++ % 12
      const worker = new Worker(__filename, { workerData: shared.share() })
      await once(worker, 'message')
      // Each worker is terminated at a different point.
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
      const begin = performance.now()
      await worker.terminate()
      slowest = Math.max(slowest, performance.now() - begin)
    }
  }
  await Promise.all([run(), run(), run()])
  shared.killSync()
  const stillWorks = how(await waiting) === killedBy('SIGKILL') && (await (await spawn('true')).wait()).success
  // Windows has no zombies and no list of children.
  const children = (): number => (process.platform === 'win32' ? 0 : childrenOf().length)
  await until('all children are gone', () => children() === 0)
  process.stdout.write(JSON.stringify({ rounds, slowest, children: children(), stillWorks }))
}

void main()
