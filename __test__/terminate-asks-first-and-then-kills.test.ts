import { once } from 'node:events'
import test from 'ava'
import { spawn, type ExitStatus } from 'shared-child'
import { killAtEnd, sleeper, start } from './support/children.js'
import { processEntry } from './support/proc.js'
import { message, startWorker } from './support/scripts.js'
import { isWindows, notLinux, testUnless } from './support/skip.js'
import { until, within } from './support/within.js'

/** Starts a shell that prints a line when its traps are in place. */
const DEAF = "trap '' TERM; echo ready; while :; do sleep 1000 & wait; done"

async function deaf(t: Parameters<typeof start>[0]): ReturnType<typeof start> {
  const child = await start(t, 'sh', ['-c', DEAF], { stdio: ['ignore', 'pipe', 'ignore'], group: true })
  t.teardown(() => child.killGroupSync())
  await once(child.stdout!, 'data')
  return child
}

testUnless(isWindows, 'a child that reacts ends by the signal, and the status has the cause', async (t) => {
  const child = await sleeper(t)
  const { signal, cause } = await child.terminate()
  t.deepEqual({ signal, cause }, { signal: 'SIGTERM', cause: 'terminate' })
  const other = await sleeper(t, { killSignal: 'SIGINT' })
  t.is((await other.terminate()).signal, 'SIGINT')
  const third = await sleeper(t)
  t.is((await third.terminate({ signal: 'SIGHUP' })).signal, 'SIGHUP')
})

testUnless(isWindows, 'one that does not is killed after its grace', async (t) => {
  const child = await deaf(t)
  const { signal, cause } = await within(10_000, 'terminate()', child.terminate({ grace: 50 }))
  t.deepEqual({ signal, cause }, { signal: 'SIGKILL', cause: 'terminate' })
  const atOnce = await deaf(t)
  t.is((await within(10_000, 'terminate()', atOnce.terminate({ grace: 0 }))).signal, 'SIGKILL')
})

testUnless(
  isWindows,
  'of several callers the one with the earliest deadline counts, and all get the same status',
  async (t) => {
    const child = await deaf(t)
    const all = [Infinity, 600_000, 50, 600_000].map((grace) => child.terminate({ grace }))
    const [first, ...others] = (await within(20_000, 'terminate()', Promise.all(all))) as [ExitStatus, ...ExitStatus[]]
    t.is(first.signal, 'SIGKILL')
    for (const other of others) t.is(other, first)
  },
)

testUnless(isWindows, 'a stopped child hears it', async (t) => {
  const child = await sleeper(t)
  child.killSync('SIGSTOP')
  if (process.platform === 'linux') await until('it is stopped', () => processEntry(child.pid)?.state === 'T')
  t.is((await within(10_000, 'terminate()', child.terminate())).signal, 'SIGTERM')
})

test('endStdin lets it end by itself, and then there is no cause', async (t) => {
  for (const touch of [false, true]) {
    const child = killAtEnd(t, await spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] }))
    if (touch) child.stdin?.write('text')
    const { code, cause } = await within(10_000, 'terminate()', child.terminate({ endStdin: 600_000 }))
    t.deepEqual({ code, cause }, { code: 0, cause: null })
  }
})

test('a child that has exited has its status', async (t) => {
  const child = await start(t, process.execPath, ['-e', 'process.exit(3)'], { stdio: 'ignore' })
  await child.wait()
  const { code, cause } = await child.terminate()
  t.deepEqual({ code, cause }, { code: 3, cause: null })
})

test('options are checked', async (t) => {
  const child = await sleeper(t)
  for (const [options, code] of [
    [{ signal: 'SIGWHAT' }, 'ERR_UNKNOWN_SIGNAL'],
    [{ grace: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ grace: '1' }, 'ERR_INVALID_ARG_TYPE'],
    [{ endStdin: Number.NaN }, 'ERR_OUT_OF_RANGE'],
  ] as [object, string][]) {
    await t.throwsAsync(child.terminate(options), { code })
  }
  t.is(child.tryWaitSync(), null, 'and nothing was sent')
  await t.throwsAsync(spawn('true', { killGrace: -1 }), { code: 'ERR_OUT_OF_RANGE' })
})

testUnless(notLinux, 'a worker that is terminated during the grace ends its child all the same', async (t) => {
  const child = await deaf(t)
  const worker = startWorker(t, 'terminate-a-child', { workerData: { token: child.share(), grace: 300 } })
  t.is(await message(worker), 'asked')
  await worker.terminate()
  const { signal, cause } = await within(20_000, 'the exit', child.wait())
  t.deepEqual({ signal, cause }, { signal: 'SIGKILL', cause: 'terminate' })
})
