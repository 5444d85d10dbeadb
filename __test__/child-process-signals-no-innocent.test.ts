import { cannotChoosePids, pidNamespace } from './support/namespace.js'
import { report, runScript } from './support/scripts.js'
import { testUnless } from './support/skip.js'

interface Seen {
  reuses: number
  innocentsSignalled: number
}

testUnless(
  cannotChoosePids,
  'kill() of a child that has exited does not reach the next owner of its pid',
  async (t) => {
    const run = (which: string): Promise<Seen> =>
      report(t, runScript(t, 'reuse-pids-by-child-process', [which], { wrapper: pidNamespace }))
    const [seen, nodes] = [await run('ours'), await run('node')]
    t.log(JSON.stringify({ seen, nodes }))
    t.true(seen.reuses >= 20, 'so many pids really were given to somebody else')
    t.is(seen.innocentsSignalled, 0)
    t.true(nodes.innocentsSignalled > 0, "Node's own does, so the test can tell")
  },
)
