import test from 'ava'
import { sleeper } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { message, report, runScript, startWorker } from './support/scripts.js'
import { slowness, within } from './support/within.js'

test.serial('and the child and the waits of other threads are left alone', async (t) => {
  const child = await sleeper(t)
  const waiting = child.wait()
  for (let i = 0; i < 5; i++) {
    const worker = startWorker(t, 'wait-many-times', { workerData: { token: child.share(), times: 50 } })
    t.is(await message(worker), 'waiting')
    await within(5_000, 'terminate()', worker.terminate())
  }
  t.is(child.tryWaitSync(), null)
  child.killSync()
  t.is(how(await within(5_000, 'the wait of the main thread', waiting)), killedBy('SIGKILL'))
})

test.serial('workers terminated at any point of a spawn or a wait crash nothing and leave no zombie', async (t) => {
  t.timeout(90_000 * slowness)
  const seen = await report<{ rounds: number; slowest: number; children: number; stillWorks: boolean }>(
    t,
    runScript(t, 'terminate-workers'),
  )
  t.is(seen.rounds, 60)
  t.true(seen.slowest < 5_000 * slowness, `slowest terminate(): ${seen.slowest} ms`)
  t.is(seen.children, 0)
  t.true(seen.stillWorks)
})
