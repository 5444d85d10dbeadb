import test from 'ava'
import { SharedChild } from 'shared-child'
import { sleeper } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { hasExited } from './support/proc.js'
import { notLinux, testUnless } from './support/skip.js'
import { spinUntil } from './support/within.js'

test.serial('true for a running child, false for one that has exited', async (t) => {
  const ways: ((child: SharedChild) => boolean | Promise<boolean>)[] = [
    (child) => child.kill(),
    (child) => child.killSync(),
    (child) => child.sendSignal('SIGTERM'),
    (child) => child.sendSignalSync('SIGTERM'),
    (child) => child.kill('SIGTERM'),
    (child) => child.killSync(15),
  ]
  for (const [i, way] of ways.entries()) {
    const child = await sleeper(t)
    t.is(await way(child), true)
    t.is(how(await child.wait()), killedBy(i < 2 ? 'SIGKILL' : 'SIGTERM'))
    for (const other of ways) t.is(await other(child), false)
  }
})

test.serial('signal 0 only asks whether the child is there', async (t) => {
  const child = await sleeper(t)
  t.is(child.killSync(0), true)
  t.is(await child.kill(0), true)
  t.is(child.sendSignalSync(0), true)
  t.is(await child.sendSignal(0), true)
  t.is(child.tryWaitSync(), null)
  child.killSync()
  await child.wait()
  t.is(child.killSync(0), false)
  t.is(await child.sendSignal(0), false)
})

testUnless(notLinux, 'false for a child whose exit has not been reported yet', async (t) => {
  for (let i = 0; i < 100; i++) {
    const child = await SharedChild.spawn('true', [], { stdio: 'ignore' })
    spinUntil('the exit', () => hasExited(child.pid))
    t.is(i % 2 === 0 ? child.sendSignalSync(0) : child.killSync(), false)
    t.is((await child.wait()).code, 0)
  }
})

testUnless(notLinux, 'the signal is sent before kill and sendSignal return', async (t) => {
  for (const way of ['kill', 'sendSignal'] as const) {
    const child = await sleeper(t)
    const outcome = child[way]('SIGTERM')
    // The event loop gets no turn, so a signal that needed one would never be sent.
    spinUntil('the exit', () => hasExited(child.pid), 5_000)
    t.is(await outcome, true)
  }
})
