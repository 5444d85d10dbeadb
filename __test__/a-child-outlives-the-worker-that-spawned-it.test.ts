import test from 'ava'
import { SharedChild, type ChildToken } from 'shared-child'
import { killAtEnd } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { message, startWorker } from './support/scripts.js'
import { within } from './support/within.js'

for (const way of ['spawn', 'spawnSync'] as const) {
  test(`${way}: it runs on, and can be attached, waited for and killed`, async (t) => {
    const worker = startWorker(t, 'spawn-and-share', { workerData: { way } })
    const { token, pid } = await message<{ token: ChildToken; pid: number }>(worker)
    await within(5_000, 'terminate()', worker.terminate())

    const child = killAtEnd(t, SharedChild.attach(token))
    t.is(child.pid, pid)
    t.is(child.tryWaitSync(), null)
    const waiting = child.wait()
    t.true(child.killSync('SIGTERM'))
    t.is(how(await within(5_000, 'the wait', waiting)), killedBy('SIGTERM'))
  })
}

test('its pipes too', async (t) => {
  const worker = startWorker(t, 'spawn-and-share', { workerData: { way: 'pipes' } })
  const { token } = await message<{ token: ChildToken }>(worker)
  await worker.terminate()
  const child = killAtEnd(t, SharedChild.attach(token))
  t.is((await within(5_000, 'output()', child.output({ input: 'text\n' }))).stdout, 'text\n')
})
