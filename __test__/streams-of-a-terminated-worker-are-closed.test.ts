import { settled } from './support/leaks.js'
import { childrenOf, openFds } from './support/proc.js'
import { message, startWorker } from './support/scripts.js'
import { notLinux, testUnless } from './support/skip.js'
import { until } from './support/within.js'

const holding = { 'hold-streams': 5, 'collect-output': 1 }

testUnless(notLinux, 'its children notice, by an end of file or by SIGPIPE, and no fd is left', async (t) => {
  const run = async (): Promise<void> => {
    for (const [script, children] of Object.entries(holding)) {
      const worker = startWorker(t, script)
      t.is(await message(worker), children)
      await worker.terminate()
      await until('the children have noticed', () => childrenOf().length === 0)
    }
  }
  await run()
  await settled()
  const before = openFds()
  for (let i = 0; i < 5; i++) await run()
  await until(`the fds are ${before.length} again`, () => openFds().length <= before.length)
  t.true(openFds().length <= before.length)
})
