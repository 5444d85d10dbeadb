import test from 'ava'
import { sleeper } from './support/children.js'
import { rejection, thrown } from './support/failures.js'

const unknown: unknown[] = [
  'SIGNOTHING',
  'sigterm',
  'TERM',
  '',
  ' SIGTERM',
  '9',
  'SIGRTMIN+99',
  'SIGRTMIN+',
  'SIGRTMIN-1',
  65,
  1000,
  -1,
  -9,
  1.5,
  Number.NaN,
  Infinity,
  {},
  [],
  true,
  null,
  9n,
  'toString',
  '__proto__',
]

test('by every method that sends one; nothing is sent', async (t) => {
  const child = await sleeper(t)
  for (const bad of unknown) {
    const signal = bad as never
    for (const error of [
      await rejection(t, () => child.kill(signal)),
      await rejection(t, () => child.sendSignal(signal)),
      thrown(t, () => child.killSync(signal)),
      thrown(t, () => child.sendSignalSync(signal)),
    ]) {
      t.true(error instanceof TypeError, String(error))
      t.is(error.code, 'ERR_UNKNOWN_SIGNAL', String(error))
    }
  }
  t.is(
    thrown(t, () => child.sendSignalSync(undefined as never)).code,
    'ERR_UNKNOWN_SIGNAL',
    'sendSignal has no default',
  )
  t.is(child.tryWaitSync(), null)
  t.true(child.sendSignalSync(0))
})

test('after the exit as well', async (t) => {
  const child = await sleeper(t)
  await child.kill()
  await child.wait()
  t.is((await rejection(t, () => child.kill('SIGNOTHING' as never))).code, 'ERR_UNKNOWN_SIGNAL')
  t.is(thrown(t, () => child.killSync(65)).code, 'ERR_UNKNOWN_SIGNAL')
})
