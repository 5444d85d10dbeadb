import type { ExecutionContext } from 'ava'
import { cannotChoosePids, pidNamespace } from './support/namespace.js'
import { report, runScript } from './support/scripts.js'
import { testUnless } from './support/skip.js'
import { NODES, OURS, type Way } from './support/ways.js'

interface Seen {
  reuses: number
  innocentsSignalled: number
}

/** Calls kill() of children that have exited, each time when another process has got the pid. */
const run = (t: ExecutionContext, { node, args }: Way): Promise<Seen> =>
  report(t, runScript(t, 'reuse-pids-by-child-process', args, { node, wrapper: pidNamespace }))

for (const way of OURS) {
  testUnless(cannotChoosePids, way.title, async (t) => {
    const seen = await run(t, way)
    t.log(JSON.stringify(seen))
    t.true(seen.reuses >= 20, 'so many pids really were given to somebody else')
    t.is(seen.innocentsSignalled, 0)
  })
}

testUnless(cannotChoosePids, "Node's own does, so the test can tell", async (t) => {
  const seen = await run(t, NODES)
  t.log(JSON.stringify(seen))
  t.true(seen.innocentsSignalled > 0)
})
