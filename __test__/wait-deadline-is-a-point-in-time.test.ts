import test from 'ava'
import { sleeper } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { within } from './support/within.js'

test('a past one asks once, a future one waits until then', async (t) => {
  const child = await sleeper(t)
  for (const past of [0, -5, -Infinity, Date.now() - 10, new Date(0), new Date(Date.now() - 1_000)]) {
    t.is(await within(5_000, 'a past deadline', child.waitDeadline(past)), null)
  }
  for (const future of [Date.now() + 60, new Date(Date.now() + 60)]) {
    t.is(await within(5_000, 'a near deadline', child.waitDeadline(future)), null)
    t.true(Date.now() >= Number(future), 'not before its time')
  }
  const far = [child.waitDeadline(Date.now() + 1e9), child.waitDeadline(new Date(Date.now() + 1e9))]
  t.is(child.tryWaitSync(), null)
  child.killSync()
  for (const status of await within(5_000, 'far deadlines', Promise.all(far))) t.is(how(status), killedBy('SIGKILL'))
  t.is(how(await child.waitDeadline(0)), killedBy('SIGKILL'))
  t.is(how(await child.waitDeadline(new Date(0))), killedBy('SIGKILL'))
})
