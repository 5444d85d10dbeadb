import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { spawn } from 'shared-child'
import { notLinux, testUnless } from './support/skip.js'

// A fork stalls every thread of its process while it copies the page tables.
const forks = process.env['SHARED_CHILD_ENGINE'] === 'fork' && 'the fallback engine forks'

testUnless(notLinux || forks, 'the loop goes on turning while 200 children are started and end', async (t) => {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const statuses = await Promise.all(
    Array.from({ length: 200 }, async () => (await spawn('true', { stdio: 'ignore' })).wait()),
  )
  delay.disable()
  t.log(`worst event-loop delay while 200 children ran: ${(delay.max / 1e6).toFixed(1)} ms`)
  t.true(statuses.every(({ success }) => success))
  // 200 forks of this process would be some hundred ms in one piece.
  t.true(delay.max / 1e6 < 250, `${delay.max / 1e6} ms`)
})

testUnless(notLinux, 'the JS thread pays a small part of what child_process costs it, in a process of 500 MB', async (t) => {
  t.timeout(60_000)
  const ballast = Buffer.alloc(500 << 20, 1)
  const warmUp = await spawn('true', { stdio: 'ignore' })
  await warmUp.wait()

  const begin = performance.now()
  const starting = Array.from({ length: 20 }, () => spawn('true', { stdio: 'ignore' }))
  const ours = performance.now() - begin
  for (const child of await Promise.all(starting)) t.is((await child.wait()).code, 0)

  const theirBegin = performance.now()
  const theirChildren = Array.from({ length: 20 }, () => nodeSpawn('true', { stdio: 'ignore' }))
  const theirs = performance.now() - theirBegin
  await Promise.all(theirChildren.map((child) => once(child, 'exit')))

  t.log(`20 spawns at 500 MB: shared-child ${ours.toFixed(2)} ms, child_process ${theirs.toFixed(2)} ms of the JS thread`)
  t.true(ours < theirs / 5, `${ours} ms against ${theirs} ms`)
  t.is(ballast.length, 500 << 20)
})
