import { SharedChild } from 'shared-child'
import { start } from './support/children.js'
import { hasExited } from './support/proc.js'
import { message, startWorker } from './support/scripts.js'
import { notLinux, testUnless } from './support/skip.js'
import { slowness, spinUntil } from './support/within.js'

testUnless(notLinux, 'by any of the ways to ask, as soon as /proc says that it has exited', async (t) => {
  t.timeout(60_000 * slowness)
  for (let i = 0; i < 150; i++) {
    const child = await SharedChild.spawn('true', [], { stdio: 'ignore' })
    // No turn of the event loop in between: no event can have been delivered.
    spinUntil('the exit', () => hasExited(child.pid))
    const ways = [
      (): unknown => child.tryWaitSync(),
      (): unknown => child.waitSync(0),
      (): unknown => child.tryWait(),
      (): unknown => child.waitTimeout(0),
      (): unknown => child.waitDeadline(0),
    ]
    const status = await ways[i % ways.length]?.()
    t.like(status, { code: 0, signal: null })
  }
})

testUnless(notLinux, 'while another thread is blocked in waitSync on the same child', async (t) => {
  for (let i = 0; i < 20; i++) {
    const child = await start(t, 'sleep', ['1000'], { stdio: 'ignore' })
    const worker = startWorker(t, 'wait-sync', { workerData: { token: child.share(), kind: 'waitSync' } })
    await message(worker)
    t.is(child.tryWaitSync(), null)
    child.killSync()
    spinUntil('the exit', () => hasExited(child.pid))
    t.is(child.tryWaitSync()?.signal, 'SIGKILL')
    t.like(await message(worker), { signal: 'SIGKILL' })
  }
})

testUnless(notLinux, 'and never calls a running child exited', async (t) => {
  const child = await start(t, 'sleep', ['1000'], { stdio: 'ignore' })
  for (let i = 0; i < 1_000; i++) t.is(child.tryWaitSync(), null)
  t.is(await child.tryWait(), null)
  t.false(hasExited(child.pid))
})
