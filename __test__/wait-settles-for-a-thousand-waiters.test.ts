import test from 'ava'
import type { ExitStatus } from 'shared-child'
import { sleeper } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { message, startWorker } from './support/scripts.js'
import { slowness, within } from './support/within.js'

test('200 in the main thread and 100 in each of 8 workers, all with the same status', async (t) => {
  t.timeout(60_000 * slowness)
  const child = await sleeper(t)
  const token = child.share()
  const workers = Array.from({ length: 8 }, () =>
    startWorker(t, 'wait-many-times', { workerData: { token, times: 100 } }),
  )
  for (const ready of await Promise.all(workers.map((worker) => message(worker)))) t.is(ready, 'waiting')
  const here = Array.from({ length: 200 }, () => child.wait())
  const there = workers.map((worker) => message<ExitStatus[]>(worker))

  t.true(child.killSync('SIGTERM'))
  const statuses = (await within(10_000, 'a thousand waits', Promise.all([Promise.all(here), ...there]))).flat()

  t.is(statuses.length, 1_000)
  const [first] = statuses
  t.is(how(first), killedBy('SIGTERM'))
  t.true(first?.resourceUsage !== undefined)
  for (const status of statuses) t.deepEqual(status, first)
})
