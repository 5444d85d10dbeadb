import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { spawn } from 'shared-child'
import { emulated, notLinux, testUnless } from './support/skip.js'
import { slowness, until } from './support/within.js'

// A fork copies the page tables of its process, and stalls every thread of it meanwhile: the larger the process, the longer.
const size = 300 << 20
const count = 50
const forks = process.env['SHARED_CHILD_ENGINE'] === 'fork' && 'the fallback engine forks'

/** Milliseconds of the JS thread for the calls alone, and the longest the event loop was held up until all children had ended. */
async function cost(start: () => Promise<() => Promise<unknown>>): Promise<{ calls: number; delay: number }> {
  const histogram = monitorEventLoopDelay({ resolution: 5 })
  histogram.enable()
  await until('the first sample', () => histogram.count > 0)
  const begin = performance.now()
  const starting = Array.from({ length: count }, start)
  const calls = performance.now() - begin
  await Promise.all(starting.map(async (ended) => (await ended)()))
  const samples = histogram.count
  await until('the last sample', () => histogram.count > samples)
  histogram.disable()
  return { calls, delay: histogram.max / 1e6 }
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

const cannotTell = notLinux || emulated('qemu', 'it emulates the spawner threads as well, and forks for both')

testUnless(cannotTell, 'the JS thread pays a small part of what child_process costs it', async (t) => {
  t.timeout(60_000 * slowness)
  const ballast = Buffer.alloc(size, 1)
  const warmUp = await startOurs()
  await warmUp()
  const ours = await cost(startOurs)
  const theirs = await cost(startTheirs)
  const shown = `${count} children at 300 MB: ${JSON.stringify({ ours, theirs })}`
  t.log(shown)
  t.true(ours.calls < theirs.calls / 5, shown)
  if (forks === false) t.true(ours.delay < theirs.delay / 3, shown)
  t.is(ballast.length, size)
})
