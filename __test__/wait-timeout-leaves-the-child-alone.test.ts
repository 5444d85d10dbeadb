import test from 'ava'
import { sleeper } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { within } from './support/within.js'

test('it says null when the time is over, and the child still runs', async (t) => {
  const child = await sleeper(t)
  t.is(await within(5_000, 'waitTimeout(0)', child.waitTimeout(0)), null)
  const begin = performance.now()
  t.is(await within(5_000, 'waitTimeout(60)', child.waitTimeout(60)), null)
  t.true(performance.now() - begin >= 59, 'not before its time')
  t.is(child.tryWaitSync(), null)
  t.true(child.sendSignalSync(0))
})

test('it says how the child ended, as soon as it has', async (t) => {
  const child = await sleeper(t)
  const waits = [child.waitTimeout(1_000_000), child.waitTimeout(0.5), child.waitTimeout(Infinity)]
  t.is(await within(5_000, 'the short one', waits[1] ?? Promise.reject(new Error())), null)
  child.killSync()
  const [long, , endless] = await within(5_000, 'the long ones', Promise.all(waits))
  t.is(how(long), killedBy('SIGKILL'))
  t.deepEqual(endless, long)
  t.deepEqual(await child.waitTimeout(0), long)
})

test.serial('more milliseconds than a timer can count are no short time and no warning', async (t) => {
  const warnings: Error[] = []
  const onWarning = (warning: Error): number => warnings.push(warning)
  process.on('warning', onWarning)
  t.teardown(() => process.off('warning', onWarning))
  const child = await sleeper(t, { timeout: 2 ** 31 + 10 })
  const long = [
    child.waitTimeout(2 ** 31),
    child.waitTimeout(2 ** 40),
    child.waitTimeout(Number.MAX_VALUE),
    child.waitDeadline(8.64e15),
    child.waitDeadline(new Date(8.64e15)),
    child.waitDeadline(Infinity),
  ]
  // A timer that overflows rings after 1 ms: this one rings later, and a warning comes by process.nextTick.
  t.is(await child.waitTimeout(50), null)
  let settled = 0
  for (const wait of long) void wait.then(() => settled++)
  await new Promise((resolve) => setImmediate(resolve))
  t.is(settled, 0)
  child.killSync()
  const statuses = await within(5_000, 'the long waits', Promise.all(long))
  for (const status of statuses) t.is(how(status), killedBy('SIGKILL'))
  t.deepEqual(warnings, [])
})
