import test from 'ava'
import { report, runScript } from './support/scripts.js'

interface Report {
  alive: Record<string, number>
  lastWait: string
}

test('unless a child of it still runs', async (t) => {
  const host = runScript(t, 'throw-modules-away', [], { node: ['--expose-gc'] })
  const { alive, lastWait } = await report<Report>(t, host)
  t.true(Object.keys(alive).length > 5)
  // One may be held by what the engine has not forgotten yet: the last call, an inline cache.
  for (const [way, count] of Object.entries(alive)) t.true(count <= 1, `${way}: ${count} of 10`)
  // Windows knows no signals, but for those of this process to its children.
  t.is(lastWait, process.platform === 'win32' ? 'null' : 'SIGTERM')
})
