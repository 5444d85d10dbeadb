import fs from 'node:fs'
import test from 'ava'
import { sleeper, start } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { nativeOf } from './support/native.js'
import { isWindows, testUnless } from './support/skip.js'
import { within } from './support/within.js'

test('wait, kill and tryWait as jobs on the pool, beside the waits of the wrapper', async (t) => {
  const child = await sleeper(t)
  const native = nativeOf(child)
  t.is(native.pid, child.pid)
  t.is(native.spawnfile, child.spawnfile)
  t.deepEqual(native.spawnargs, [...child.spawnargs])
  t.is(await native.tryWait(), null)
  t.is(native.tryWaitSync(), null)
  t.is(native.waitSync(1), null)
  t.is(native.sendSignal(0), 1)

  // Two blocked jobs leave two threads of the pool for the kill.
  const tasks = [native.wait(), nativeOf(child).wait()]
  const reactor = child.wait()
  t.is(await native.kill(), undefined)
  const [first, second, status] = await within(10_000, 'all waits', Promise.all([...tasks, reactor]))
  t.is(how(status), killedBy('SIGKILL'))
  t.deepEqual({ ...first }, { ...status })
  t.deepEqual({ ...second }, { ...status })

  t.is(native.sendSignal(9), 0, 'nothing is sent to a child that has exited')
  t.is(await native.kill(), undefined)
  t.deepEqual({ ...(await native.tryWait()) }, { ...status })
})

test('a pipe taken natively is a descriptor, once', async (t) => {
  const child = await start(t, 'sleep', ['1000'])
  const native = nativeOf(child)
  const fd = native.takePipe(1, (pipe) => pipe)
  t.is(typeof fd, 'number')
  t.is(
    native.takePipe(1, () => t.fail()),
    null,
  )
  t.is(child.stdout, null)
  fs.closeSync(fd as number)
  t.is(
    native.takePipe(7, () => t.fail()),
    null,
    'no such fd of the child',
  )
  child.killSync()
  await child.wait()
})

// On Windows there is no way to find out whether a stream has the pipe, so the pipe stays open.
testUnless(isWindows, 'a pipe that its taker throws at is closed', async (t) => {
  const child = await start(t, 'sleep', ['1000'])
  const taken: unknown[] = []
  const error = t.throws(() =>
    nativeOf(child).takePipe(1, (pipe) => {
      taken.push(fs.fstatSync(pipe as number).isFIFO(), pipe)
      throw new Error('on purpose')
    }),
  )
  t.is(error?.message, 'on purpose')
  const [wasPipe, fd] = taken
  t.true(wasPipe)
  t.throws(() => fs.fstatSync(fd as number), { code: 'EBADF' })
})
