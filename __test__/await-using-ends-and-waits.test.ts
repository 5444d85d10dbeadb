import test from 'ava'
import { spawn, type SharedChild } from 'shared-child'
import { sleeper, start } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { processEntry } from './support/proc.js'
import { notLinux, testUnless } from './support/skip.js'
import { within } from './support/within.js'

test('Symbol.asyncDispose ends the child and resolves once it is gone', async (t) => {
  const child = await sleeper(t)
  t.is(await within(5_000, 'the disposal', child[Symbol.asyncDispose]()), undefined)
  t.is(how(child.tryWaitSync()), killedBy('SIGTERM'))
  await within(5_000, 'a second disposal', child[Symbol.asyncDispose]())
})

test('a child that has exited keeps its status', async (t) => {
  const child = await start(t, 'sh', ['-c', 'exit 3'])
  await child.wait()
  await child[Symbol.asyncDispose]()
  t.is((await child.wait()).code, 3)
})

testUnless(notLinux, '`await using` leaves nothing behind, also when the block throws', async (t) => {
  let escaped: SharedChild | undefined
  const error = await t.throwsAsync(async () => {
    await using child = await spawn('sleep', ['1000'])
    escaped = child
    t.is(child.tryWaitSync(), null)
    throw new Error('mine')
  })
  t.is(error?.message, 'mine')
  t.is(how(escaped?.tryWaitSync()), killedBy('SIGTERM'))
  t.is(processEntry(escaped?.pid ?? 0), null, 'not even a zombie')
})
