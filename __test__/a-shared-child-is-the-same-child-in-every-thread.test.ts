import test from 'ava'
import { SharedChild, type ExitStatus } from 'shared-child'
import { sleeper, start } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { message, startWorker } from './support/scripts.js'
import { within } from './support/within.js'

interface Seen {
  pid: number
  spawnfile: string
  spawnargs: string[]
  stdio: boolean[]
  running: boolean
}

test('a worker sees the same child, and its kill is seen here', async (t) => {
  const child = await sleeper(t, { argv0: 'sleep' })
  const worker = startWorker(t, 'attach-and-kill', { workerData: { token: child.share(), signal: 'SIGTERM' } })
  const seen = await message<Seen>(worker)
  t.deepEqual(seen, {
    pid: child.pid,
    spawnfile: child.spawnfile,
    spawnargs: [...child.spawnargs],
    stdio: [false, false, false],
    running: true,
  })
  const here = child.wait()
  worker.postMessage('kill', [])
  const there = await message<{ sent: boolean; status: ExitStatus }>(worker)
  t.true(there.sent)
  t.is(how(there.status), killedBy('SIGTERM'))
  t.deepEqual(await within(5_000, 'the wait of the main thread', here), there.status)
})

test('share() gives a token that can be cloned and used any number of times', async (t) => {
  const child = await sleeper(t)
  const token = child.share()
  t.deepEqual(structuredClone(token), token)
  t.is(typeof token.sharedChild, 'string')
  t.deepEqual(Object.keys(token), ['sharedChild'])
  const others = [
    SharedChild.attach(token),
    SharedChild.attach(structuredClone(token)),
    SharedChild.attach(child.share()),
  ]
  t.deepEqual(
    others.map(({ pid }) => pid),
    [child.pid, child.pid, child.pid],
  )
  const waits = others.map((other) => other.wait())
  child.killSync()
  for (const status of await within(5_000, 'every handle', Promise.all(waits))) t.deepEqual(status, await child.wait())
  t.deepEqual(
    others.map((other) => other.killSync()),
    [false, false, false],
  )
})

test('a token made by one handle is good for handles of it', async (t) => {
  const child = await start(t, 'cat')
  const second = SharedChild.attach(child.share())
  const third = SharedChild.attach(second.share())
  t.is(third.pid, child.pid)
  t.deepEqual([...third.spawnargs], ['cat'])
  child.stdin?.end()
  t.deepEqual(await third.wait(), await child.wait())
})
