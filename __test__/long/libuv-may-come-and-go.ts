// libuv installs its SIGCHLD handler with its first child and removes it with its last. Neither may delay a wait here.
//   node build/__test__/long/libuv-may-come-and-go.js COUNT
import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { spawn } from 'shared-child'
import { childrenOf } from '../support/proc.js'
import { until, within } from '../support/within.js'
import { longTest } from './support/long-test.js'

longTest(async ({ count, expect }) => {
  let theirs = 0
  let slowest = 0
  const ours = { running: true }
  // One at a time, so that after each libuv has no child.
  const comeAndGo = async (): Promise<void> => {
    while (ours.running) {
      const [code] = (await once(nodeSpawn('sh', ['-c', 'exit 4'], { stdio: 'ignore' }), 'exit')) as [number]
      expect(code === 4, `child_process got ${code}`)
      theirs++
    }
  }
  const others = comeAndGo()
  for (let i = 0; i < count; i++) {
    const child = await spawn('sh', ['-c', 'read line; exit 5'], { stdio: ['pipe', 'ignore', 'ignore'] })
    // The child runs for 60 s: a wait that needs another child's SIGCHLD would last as long.
    const waits = [child.wait(), child.waitTimeout(60_000)]
    child.stdin?.end('go\n')
    const begin = performance.now()
    const statuses = await within(10_000, 'a wait', Promise.all(waits))
    slowest = Math.max(slowest, performance.now() - begin)
    for (const status of statuses) expect(status?.code === 5, JSON.stringify(status))
  }
  ours.running = false
  await others
  await until('nobody is left', () => childrenOf().length === 0)
  return { waits: count * 2, childrenOfChildProcess: theirs, slowestWaitMs: Math.round(slowest) }
})
