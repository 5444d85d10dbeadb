import test from 'ava'
import { spawn } from 'shared-child'
import { sleeper } from './support/children.js'
import { how } from './support/how.js'
import { hasExited } from './support/proc.js'
import { notLinux, testUnless } from './support/skip.js'
import { LASTING, allGone, plant } from './support/trees.js'
import { within } from './support/within.js'

testUnless(notLinux, 'by killGroup()', async (t) => {
  const { child, pids } = await plant(t, LASTING, { count: 2 })
  t.is(child.containment, 'group')
  t.true(await child.killGroup(0))
  t.true(await child.killGroup('SIGTERM'))
  const { signal, cause } = await child.wait()
  t.deepEqual({ signal, cause }, { signal: 'SIGTERM', cause: 'kill' })
  await allGone(pids)
})

testUnless(notLinux, 'by killGroup(), when the child itself has exited', async (t) => {
  const { child, pids } = await plant(t, 'sleep 1000 & echo $!')
  const { code, cause } = await child.wait()
  t.deepEqual({ code, cause }, { code: 0, cause: null })
  t.false(await child.kill(), 'the child is gone')
  t.false(pids.every(hasExited))
  t.true(child.killGroupSync())
  await allGone(pids)
  t.true(await within(10_000, 'waitGroup()', child.waitGroup()))
  t.false(child.killGroupSync())
  t.is((await child.wait()).cause, null, 'a signal after the exit is no cause')
})

testUnless(
  notLinux,
  'by a timeout, an abort, maxBuffer, terminate() and disposal; the status names each',
  async (t) => {
    const controller = new AbortController()
    const ways = {
      timeout: await plant(t, LASTING, { count: 2, timeout: 50 }),
      abort: await plant(t, LASTING, { count: 2, signal: controller.signal }),
      terminate: await plant(t, LASTING, { count: 2 }),
      dispose: await plant(t, LASTING, { count: 2 }),
    }
    controller.abort()
    await within(10_000, 'terminate()', ways.terminate.child.terminate())
    t.true(ways.terminate.pids.every(hasExited), 'it resolves when nothing is left')
    await within(10_000, 'disposal', ways.dispose.child[Symbol.asyncDispose]())
    t.true(ways.dispose.pids.every(hasExited), 'it resolves when nothing is left')
    for (const [cause, { child, pids }] of Object.entries(ways)) {
      t.is((await within(10_000, cause, child.wait())).cause, cause as 'timeout')
      await allGone(pids)
    }
    const noisy = await spawn('sh', ['-c', 'sleep 1000 & echo $!; yes'], { group: true })
    const error = await t.throwsAsync<Error & { stdout: string }>(noisy.output({ maxBuffer: 1000 }))
    t.is((await noisy.wait()).cause, 'maxBuffer')
    await allGone([Number(error?.stdout.split('\n')[0])])
  },
)

testUnless(notLinux, 'by `using`, at once', async (t) => {
  const { child, pids } = await plant(t, `trap '' TERM; ${LASTING}`, { count: 2 })
  child[Symbol.dispose]()
  const { signal, cause } = await child.wait()
  t.deepEqual({ signal, cause }, { signal: 'SIGKILL', cause: 'dispose' })
  await allGone(pids)
})

testUnless(notLinux, 'disposal also ends what a child has left that has exited', async (t) => {
  const { child, pids } = await plant(t, 'sleep 1000 & echo $!')
  await child.wait()
  await child[Symbol.asyncDispose]()
  t.true(pids.every(hasExited))
})

test('without options.group there is none', async (t) => {
  const child = await sleeper(t)
  t.is(child.containment, 'child')
  for (const call of [() => child.killGroup(), () => child.waitGroup()]) {
    await t.throwsAsync(call, { code: 'ERR_INVALID_STATE' })
  }
  t.throws(() => child.killGroupSync(), { code: 'ERR_INVALID_STATE' })
  for (const group of ['yes', 1, {}] as unknown as boolean[]) {
    await t.throwsAsync(spawn('true', { group }), { code: 'ERR_INVALID_ARG_TYPE' })
  }
})

testUnless(notLinux, 'waitGroup() resolves when no process of it runs any more, and ends none', async (t) => {
  const { child, pids } = await plant(t, 'sleep 1000 & echo $!')
  await child.wait()
  t.false(await child.waitGroup({ timeout: 20 }))
  const controller = new AbortController()
  const waiting = child.waitGroup({ signal: controller.signal })
  controller.abort()
  await t.throwsAsync(waiting, { name: 'AbortError' })
  t.false(pids.every(hasExited))
  const gone = child.waitGroup()
  process.kill(pids[0]!, 'SIGKILL')
  t.true(await within(10_000, 'waitGroup()', gone))
  t.true(await child.waitGroup({ timeout: 0 }))
  t.is(how(await child.wait()), 'exit code 0')
})
