import test from 'ava'
import { SharedChild, type ExitStatus } from 'shared-child'
import { sleeper, start } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { message, startWorker } from './support/scripts.js'
import { within } from './support/within.js'

test.serial('without a limit', async (t) => {
  const child = await start(t, 'sh', ['-c', 'sleep 0.2; exit 9'], { stdio: 'ignore' })
  t.is(child.waitSync().code, 9)
  t.deepEqual(child.waitSync(), await child.wait())
})

test.serial('with a limit: null when it is over', async (t) => {
  // A wait that treats the limit as seconds, or has no limit, would return a status in the end.
  const child = await start(t, 'sleep', ['30'], { stdio: 'ignore' })
  t.is(child.waitSync(0), null)
  const begin = performance.now()
  t.is(child.waitSync(60), null)
  t.true(performance.now() - begin >= 59, 'not before its time')
  child.killSync()
  t.is(how(child.waitSync(5_000)), killedBy('SIGKILL'))
  t.is(how(child.waitSync(Infinity)), killedBy('SIGKILL'))
  t.is(how(child.waitSync(2 ** 40)), killedBy('SIGKILL'))
  t.is(how(child.waitSync(0)), killedBy('SIGKILL'))
})

test.serial('a promise from before settles too, with the same status', async (t) => {
  const child = await sleeper(t)
  const promise = child.wait()
  child.killSync('SIGTERM')
  const status = child.waitSync()
  t.deepEqual(await within(5_000, 'the promise', promise), status)
  t.is(how(status), killedBy('SIGTERM'))
})

for (const kind of ['waitSync', 'waitSync(ms)', 'waitSync(Infinity)'] as const) {
  test.serial(`${kind} in four workers ends when the main thread kills the child`, async (t) => {
    const child = await sleeper(t)
    const workers = Array.from({ length: 4 }, () =>
      startWorker(t, 'wait-sync', { workerData: { token: child.share(), kind } }),
    )
    for (const ready of await Promise.all(workers.map((worker) => message(worker)))) t.is(ready, 'waiting')
    t.is(child.tryWaitSync(), null)
    t.true(child.killSync())
    const statuses = await within(
      10_000,
      'four blocked workers',
      Promise.all(workers.map((worker) => message<ExitStatus>(worker))),
    )
    for (const status of statuses) t.deepEqual(status, await child.wait())
  })
}

/** More seconds than fit into a 32-bit integer, with which some systems count them. */
test('a wait may be longer than 68 years', (t) => {
  const child = SharedChild.spawnSync(process.execPath, ['-e', ''], { stdio: 'ignore' })
  t.is(child.waitSync(2 ** 45)?.code, 0)
})
