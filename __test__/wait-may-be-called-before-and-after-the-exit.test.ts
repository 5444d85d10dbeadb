import test from 'ava'
import { start } from './support/children.js'
import { within } from './support/within.js'

test('any number of times, with the same status', async (t) => {
  const child = await start(t, 'sh', ['-c', 'read line; exit 5'])
  const before = [child.wait(), child.wait(), child.waitTimeout(Infinity), child.waitDeadline(Date.now() + 1e9)]
  child.stdin?.end('go\n')
  const statuses = await within(10_000, 'waits from before the exit', Promise.all(before))
  t.is(statuses[0]?.code, 5)
  for (const late of [child.wait(), child.waitTimeout(0), child.waitDeadline(0), child.tryWait()]) {
    statuses.push(await within(10_000, 'a wait from after the exit', late))
  }
  for (const status of statuses) t.deepEqual(status, statuses[0])
})

test('a wait whose promise is ignored is no unhandled rejection', async (t) => {
  const child = await start(t, 'true')
  void child.wait()
  void child.waitTimeout(1)
  void child.kill()
  t.true((await child.wait()).signal === null || (await child.wait()).signal === 'SIGKILL')
})
