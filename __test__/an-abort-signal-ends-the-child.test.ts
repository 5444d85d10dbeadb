import { getEventListeners, setMaxListeners } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { SharedChild } from 'shared-child'
import { killAtEnd, sleeper } from './support/children.js'
import { rejection, thrown } from './support/failures.js'
import { temporaryDirectory } from './support/files.js'
import { how, killedBy } from './support/how.js'
import { leavesNothing } from './support/leaks.js'
import { notLinux, testUnless } from './support/skip.js'
import { within } from './support/within.js'

test.serial('with SIGTERM, or with killSignal', async (t) => {
  for (const killSignal of [undefined, 'SIGKILL', 2] as const) {
    const controller = new AbortController()
    const child = await sleeper(t, { signal: controller.signal, ...(killSignal === undefined ? {} : { killSignal }) })
    t.is(getEventListeners(controller.signal, 'abort').length, 1)
    controller.abort()
    const status = await within(5_000, 'the aborted child', child.wait())
    t.is(how(status), killedBy(killSignal === undefined ? 'SIGTERM' : killSignal === 2 ? 'SIGINT' : killSignal))
    t.is(getEventListeners(controller.signal, 'abort').length, 0)
  }
})

test.serial('aborted before: nothing is started', async (t) => {
  const marker = path.join(temporaryDirectory(t), 'started')
  const reason = new Error('mine')
  const options = { signal: AbortSignal.abort(reason) }
  const args = ['-c', `echo started > '${marker}'`]
  for (const error of [
    await rejection(t, () => SharedChild.spawn('sh', args, options)),
    thrown(t, () => SharedChild.spawnSync('sh', args, options)),
  ]) {
    t.is(error.name, 'AbortError')
    t.is(error.code, 'ABORT_ERR')
    t.is(error.cause, reason)
  }
  await SharedChild.spawn('true').then((child) => child.wait())
  t.false(fs.existsSync(marker))
})

testUnless(notLinux, 'aborted before: and nothing is left', async (t) => {
  await leavesNothing(t, () => rejection(t, () => SharedChild.spawn('true', [], { signal: AbortSignal.abort() })))
})

test.serial('aborted while the child is being started', async (t) => {
  for (let i = 0; i < 20; i++) {
    const controller = new AbortController()
    const starting = SharedChild.spawn('sleep', ['1000'], { stdio: 'ignore', signal: controller.signal })
    if (i % 2 === 0) controller.abort()
    else queueMicrotask(() => controller.abort())
    // The child may or may not have been started by then; in no case may it go on running.
    try {
      const child = killAtEnd(t, await starting)
      t.is(how(await within(5_000, 'the aborted child', child.wait())), killedBy('SIGTERM'))
    } catch (error) {
      t.is((error as Error).name, 'AbortError')
    }
    t.is(getEventListeners(controller.signal, 'abort').length, 0)
  }
})

test.serial('after the exit: nothing happens, and no listener is left', async (t) => {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  const children = await Promise.all(
    Array.from({ length: 20 }, () => SharedChild.spawn('true', [], { stdio: 'ignore', signal: controller.signal })),
  )
  for (const child of children) t.is((await child.wait()).code, 0)
  t.is(getEventListeners(controller.signal, 'abort').length, 0)
  controller.abort()
  for (const child of children) t.is((await child.wait()).code, 0)
})

test.serial('a failed spawn keeps no listener', async (t) => {
  const controller = new AbortController()
  await rejection(t, () => SharedChild.spawn('no-such-program-anywhere', [], { signal: controller.signal }))
  t.is(getEventListeners(controller.signal, 'abort').length, 0)
})

test.serial('AbortSignal.timeout and spawnSync work together', async (t) => {
  const child = SharedChild.spawnSync('sleep', ['1000'], { stdio: 'ignore', signal: AbortSignal.timeout(20) })
  t.is(how(await within(5_000, 'the timed-out child', child.wait())), killedBy('SIGTERM'))
})
