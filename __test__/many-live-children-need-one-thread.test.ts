import fs from 'node:fs'
import { spawn, type SharedChild } from 'shared-child'
import { how, killedBy } from './support/how.js'
import { settled } from './support/leaks.js'
import { openFds, statusField } from './support/proc.js'
import { notLinux, testUnless } from './support/skip.js'
import { until } from './support/within.js'

const fallback = process.env['SHARED_CHILD_REACTOR'] === 'threads' && 'the fallback has a thread for each child'
const threads = (): number => Number(statusField(fs.readFileSync('/proc/self/status', 'utf8'), 'Threads'))

testUnless(notLinux || fallback, '200 live children, with waits: no thread more, and one fd for each', async (t) => {
  // The threads that are made once, all of them, and those of libuv's pool.
  const start = (count: number): Promise<SharedChild[]> =>
    Promise.all(Array.from({ length: count }, () => spawn('sleep', ['1000'], { stdio: 'ignore' })))
  const warmUp = await start(50)
  for (const child of warmUp) child.killSync()
  await Promise.all(warmUp.map((child) => child.wait()))
  await settled()
  const before = { threads: threads(), fds: openFds().length }

  const children = await start(200)
  t.teardown(() => children.forEach((child) => child.killSync()))
  const waits = children.map((child) => child.wait())
  // On a busy machine there may be a few more that spawn, until they have nothing left to do.
  await until(`as many threads as before, ${before.threads}`, () => threads() <= before.threads)
  t.is(openFds().length - before.fds, 200)
  for (const child of children) t.true(child.killSync())
  for (const status of await Promise.all(waits)) t.is(how(status), killedBy('SIGKILL'))
  await until(`the fds are ${before.fds} again`, () => openFds().length <= before.fds)
})
