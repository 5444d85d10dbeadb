import { report, runScript } from './support/scripts.js'
import { isWindows, testUnless } from './support/skip.js'
import { OURS } from './support/ways.js'
import { slowness } from './support/within.js'

for (const { title, node, args } of OURS) {
  testUnless(
    isWindows,
    `neither heap nor descriptors after 4,000, and what could not be started: ${title}`,
    async (t) => {
      t.timeout(170_000 * slowness)
      const options = { node: ['--expose-gc', ...node], limit: 160_000 }
      const host = runScript(t, 'spawn-often-by-child-process', [...args, '4000'], options)
      const seen = await report<{ heapGrownBy: number; fdsMore: number }>(t, host)
      t.log(JSON.stringify(seen))
      // A ChildProcess with its streams takes 5 KB, a ProcessWrap that is never freed 1 KB.
      t.true(seen.heapGrownBy < 4000 * 500, JSON.stringify(seen))
      t.true(seen.fdsMore <= 0, JSON.stringify(seen))
    },
  )
}
