import test from 'ava'
import { SharedChild } from 'shared-child'
import { killAtEnd, sleeper } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { within } from './support/within.js'

test('with SIGTERM, or with killSignal', async (t) => {
  for (const killSignal of [undefined, 'SIGINT'] as const) {
    const begin = performance.now()
    const child = await sleeper(t, { timeout: 50, ...(killSignal === undefined ? {} : { killSignal }) })
    t.is(how(await within(10_000, 'the child', child.wait())), killedBy(killSignal ?? 'SIGTERM'))
    t.true(performance.now() - begin >= 49, 'not before its time')
  }
  const sync = killAtEnd(t, SharedChild.spawnSync('sleep', ['1000'], { stdio: 'ignore', timeout: 50 }))
  t.is(how(await within(10_000, 'the child of spawnSync', sync.wait())), killedBy('SIGTERM'))
})

test('a child that ends in time is not touched', async (t) => {
  const child = await SharedChild.spawn('sh', ['-c', 'exit 4'], { timeout: 60_000 })
  t.is((await child.wait()).code, 4)
})

test('Infinity is no limit', async (t) => {
  const child = await sleeper(t, { timeout: Infinity })
  t.is(await child.waitTimeout(50), null)
})
