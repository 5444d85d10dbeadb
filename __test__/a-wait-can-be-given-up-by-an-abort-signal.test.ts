import { getEventListeners } from 'node:events'
import test from 'ava'
import type { ExitStatus } from 'shared-child'
import { sleeper } from './support/children.js'
import { rejection } from './support/failures.js'
import { how, killedBy } from './support/how.js'
import { within } from './support/within.js'

const ways = ['wait', 'waitTimeout', 'waitDeadline'] as const

for (const way of ways) {
  test(`${way}: aborted before, during and after`, async (t) => {
    const child = await sleeper(t)
    const call = (signal: AbortSignal): Promise<ExitStatus | null> =>
      way === 'wait'
        ? child.wait({ signal })
        : way === 'waitTimeout'
          ? child.waitTimeout(1e9, { signal })
          : child.waitDeadline(Date.now() + 1e9, { signal })

    const reason = new Error('mine')
    const before = await rejection(t, () => call(AbortSignal.abort(reason)))
    t.is(before.name, 'AbortError')
    t.is(before.code, 'ABORT_ERR')
    t.is(before.cause, reason)

    const controller = new AbortController()
    const waiting = call(controller.signal)
    t.is(getEventListeners(controller.signal, 'abort').length, 1)
    controller.abort(reason)
    const during = await within(
      5_000,
      'the aborted wait',
      rejection(t, () => waiting),
    )
    t.is(during.name, 'AbortError')
    t.is(during.code, 'ABORT_ERR')
    t.is(during.cause, reason)
    t.is(getEventListeners(controller.signal, 'abort').length, 0)

    t.is(child.tryWaitSync(), null, 'the child is left alone')
    const late = new AbortController()
    const ending = call(late.signal)
    child.killSync()
    t.is(how(await within(5_000, 'the wait that was not aborted', ending)), killedBy('SIGKILL'))
    t.is(getEventListeners(late.signal, 'abort').length, 0)
    late.abort()
    t.is(how(await ending), killedBy('SIGKILL'))
  })
}

test('one aborted wait among others takes only itself away', async (t) => {
  const child = await sleeper(t)
  const controller = new AbortController()
  const others = [child.wait(), child.wait({ signal: new AbortController().signal }), child.waitTimeout(1e9)]
  const mine = child.wait({ signal: controller.signal })
  controller.abort()
  t.is((await rejection(t, () => mine)).name, 'AbortError')
  child.killSync()
  for (const status of await within(5_000, 'the others', Promise.all(others))) t.is(how(status), killedBy('SIGKILL'))
})

test('a signal that outlives a thousand waits keeps no listener', async (t) => {
  const { signal } = new AbortController()
  const child = await sleeper(t)
  for (let i = 0; i < 100; i++) t.is(await child.waitTimeout(0, { signal }), null)
  t.is(getEventListeners(signal, 'abort').length, 0)
})
