import os from 'node:os'
import { start } from './support/children.js'
import { notLinux, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'

testUnless(notLinux, 'CPU time in microseconds and memory in kibibytes, as the child itself sees them', async (t) => {
  const burn = `
    const memory = Buffer.alloc(150 << 20, 1)
    const end = process.cpuUsage().user + 300_000
    while (process.cpuUsage().user < end);
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    console.log(JSON.stringify({ userCPUTime, systemCPUTime, maxRSS, kept: memory.length }))
  `
  const begin = performance.now()
  const child = await start(t, process.execPath, ['-e', burn], { stdio: ['ignore', 'pipe', 'inherit'] })
  const own = JSON.parse(await textOf(child.stdout)) as { userCPUTime: number; systemCPUTime: number; maxRSS: number }
  const usage = (await child.wait()).resourceUsage
  const elapsed = (performance.now() - begin) * 1000
  if (usage === null) return void t.fail('Linux keeps a record')

  t.true(usage.userCPUTime >= 300_000)
  t.true(usage.maxRSS >= 150 * 1024)
  // What the child saw shortly before its end is a lower bound. The clock is read in ticks: allow a few of them.
  const tick = 20_000
  t.true(
    usage.userCPUTime + usage.systemCPUTime >= own.userCPUTime + own.systemCPUTime - tick,
    JSON.stringify({ usage, own }),
  )
  t.true(
    usage.userCPUTime + usage.systemCPUTime <= elapsed * os.availableParallelism(),
    JSON.stringify({ usage, elapsed }),
  )
  t.true(usage.maxRSS >= own.maxRSS && usage.maxRSS <= own.maxRSS * 2, JSON.stringify({ usage, own }))
})

testUnless(notLinux, 'it is not that of the parent, nor that of all children so far', async (t) => {
  const ballast = Buffer.alloc(200 << 20, 1)
  const small = await start(t, 'sleep', ['0'], { stdio: 'ignore' })
  const usage = (await small.wait()).resourceUsage
  t.true((usage?.userCPUTime ?? Infinity) < 200_000, JSON.stringify(usage))
  t.true(ballast.length > 0)
})
