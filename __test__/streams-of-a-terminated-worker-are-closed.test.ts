import { settled } from './support/leaks.js'
import { childrenOf, openFds } from './support/proc.js'
import { message, startWorker } from './support/scripts.js'
import { notLinux, testUnless } from './support/skip.js'
import { until } from './support/within.js'

testUnless(notLinux, 'its children read an end of file, and no fd is left', async (t) => {
  const run = async (): Promise<void> => {
    const worker = startWorker(t, 'hold-streams')
    t.is(await message(worker), 5)
    await worker.terminate()
    await until('the children have read the end of their input', () => childrenOf().length === 0)
  }
  await run()
  await settled()
  const before = openFds()
  for (let i = 0; i < 5; i++) await run()
  await until(`the fds are ${before.length} again`, () => openFds().length <= before.length)
  t.true(openFds().length <= before.length)
})
