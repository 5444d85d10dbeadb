import type { ExecutionContext } from 'ava'
import { report, runScript } from './support/scripts.js'
import { isWindows, testUnless } from './support/skip.js'
import { NODES, OURS, type Way } from './support/ways.js'

const tell = (t: ExecutionContext, { node, args }: Way): Promise<Record<string, string>> =>
  report(t, runScript(t, 'tell-of-child-process', args, { node, limit: 150_000 }))

let nodes: Promise<Record<string, string>> | undefined

for (const way of OURS) {
  testUnless(isWindows, way.title, async (t) => {
    const expected = await (nodes ??= tell(t, NODES))
    t.true(Object.keys(expected).length > 150)
    const seen = await tell(t, way)
    const differing = Object.keys(expected).filter((name) => seen[name] !== expected[name])
    const only = (told: Record<string, string>): unknown[] => differing.map((name) => [name, told[name]])
    t.deepEqual(only(seen), only(expected))
  })
}
