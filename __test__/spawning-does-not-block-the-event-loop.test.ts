import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { SharedChild, spawn } from 'shared-child'
import { killAtEnd } from './support/children.js'
import { program, temporaryDirectory } from './support/files.js'
import { cannotLease, holdLease } from './support/lease.js'
import { statusField } from './support/proc.js'
import { emulated, notLinux, testUnless } from './support/skip.js'
import { slowness, within } from './support/within.js'

// The bench measures how long the calls and the stalls are. Here, no time that a busy machine adds may count.

testUnless(
  cannotLease,
  'the event loop turns, and other children start, while the kernel opens a program',
  async (t) => {
    const file = program(temporaryDirectory(t), 'program', '#!/bin/sh\nexit 3\n')
    const lease = await holdLease(t, file)
    let running = false
    const starting = spawn(file, { stdio: 'ignore' }).finally(() => (running = true))
    // The exec now waits in the kernel until the lease is given back, and this thread knows that it waits.
    await lease.isAskedFor()
    const other = await spawn('sh', ['-c', 'exit 4'], { stdio: 'ignore' })
    t.is((await within(20_000, 'another child', other.wait())).code, 4)
    t.false(running, 'it is still being opened')
    lease.giveBack()
    const child = killAtEnd(t, await within(20_000, 'the spawn', starting))
    t.is((await within(20_000, 'the child', child.wait())).code, 3)
  },
)

testUnless(cannotLease, 'spawnSync is what waits for it: the test above could tell', async (t) => {
  const file = program(temporaryDirectory(t), 'program', '#!/bin/sh\nexit 3\n')
  // The holder gives the lease back by itself as soon as it is asked, because this blocked thread could not tell it to.
  const lease = await holdLease(t, file, 'at once')
  const child = killAtEnd(t, SharedChild.spawnSync(file, { stdio: 'ignore' }))
  t.true(lease.wasGivenBack(), 'before spawnSync returned')
  t.is((await child.wait()).code, 3)
})

// A fork copies the page tables of its process, and stalls every thread of it meanwhile: the larger the process, the longer.
const size = 300 << 20
const count = 50
const forks = process.env['SHARED_CHILD_ENGINE'] === 'fork' && 'the fallback engine forks'

/** Returns what the kernel has counted for this thread: nanoseconds on a processor, how often it slept, and its page faults. */
function counted(): { cpu: number; sleeps: number; faults: number } {
  const read = (name: string): string => fs.readFileSync(`/proc/thread-self/${name}`, 'utf8')
  const stat = read('stat')
  return {
    cpu: Number(read('schedstat').split(' ')[0]),
    sleeps: Number(statusField(read('status'), 'voluntary_ctxt_switches')),
    // The tenth field; the second may itself hold spaces.
    faults: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[7]),
  }
}

/** Measures what the calls alone cost this thread, and then the cost of touching all of its memory: pages that a child shares must be copied first. */
async function cost(
  ballast: Buffer,
  start: () => Promise<() => Promise<unknown>>,
): Promise<ReturnType<typeof counted>> {
  const before = counted()
  const starting = Array.from({ length: count }, start)
  const calls = counted()
  ballast.fill(1)
  const { faults } = counted()
  await Promise.all(starting.map(async (ended) => (await ended)()))
  return { cpu: calls.cpu - before.cpu, sleeps: calls.sleeps - before.sleeps, faults: faults - calls.faults }
}

const startOurs = async (): Promise<() => Promise<unknown>> => {
  const child = await spawn('true', { stdio: 'ignore' })
  return () => child.wait()
}
const startTheirs = async (): Promise<() => Promise<unknown>> => {
  const child = nodeSpawn('true', { stdio: 'ignore' })
  const exit = once(child, 'exit')
  return () => exit
}

const cannotTell =
  notLinux ||
  emulated('qemu', 'it emulates the spawner threads as well, and forks for both') ||
  (!fs.existsSync('/proc/thread-self/schedstat') && 'needs CONFIG_SCHED_INFO')

testUnless(cannotTell, 'the JS thread pays a small part of what child_process costs it', async (t) => {
  t.timeout(60_000 * slowness)
  const ballast = Buffer.alloc(size, 1)
  const warmUp = await startOurs()
  await warmUp()
  const ours = await cost(ballast, startOurs)
  const theirs = await cost(ballast, startTheirs)
  const shown = `${count} children at 300 MB: ${JSON.stringify({ ours, theirs })}`
  t.log(shown)
  t.true(ours.cpu < theirs.cpu / 5, shown)
  t.true(ours.sleeps < theirs.sleeps / 3, shown)
  if (forks === false) t.true(ours.faults < theirs.faults / 10, shown)
})
