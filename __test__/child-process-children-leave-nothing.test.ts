import { report, runScript } from './support/scripts.js'
import { isWindows, testUnless } from './support/skip.js'
import { slowness } from './support/within.js'

testUnless(
  isWindows,
  '4,000 children in a row, and what could not be started, leave neither heap nor descriptors',
  async (t) => {
    t.timeout(170_000 * slowness)
    const host = runScript(t, 'spawn-often-by-child-process', ['4000'], { node: ['--expose-gc'], limit: 160_000 })
    const seen = await report<{ heapGrownBy: number; fdsMore: number }>(t, host)
    t.log(JSON.stringify(seen))
    // A ChildProcess with its streams takes 5 KB, a ProcessWrap that is never freed 1 KB.
    t.true(seen.heapGrownBy < 4000 * 500, JSON.stringify(seen))
    t.true(seen.fdsMore <= 0, JSON.stringify(seen))
  },
)
