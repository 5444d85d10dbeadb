import test from 'ava'
import { sleeper } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { slowness, within } from './support/within.js'

test('killed by kill(), and every wait resolves with the signal', async (t) => {
  t.timeout(60_000 * slowness)
  const children = await Promise.all(Array.from({ length: 200 }, () => sleeper(t)))
  const waits = children.map((child) => child.wait())
  t.true(children.every((child) => child.killSync()))
  const statuses = await within(10_000, '200 waits', Promise.all(waits))
  t.deepEqual(new Set(statuses.map(how)), new Set([killedBy('SIGKILL')]))
})
