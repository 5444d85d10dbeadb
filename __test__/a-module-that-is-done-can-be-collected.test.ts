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
  // The engine may still keep one of them alive: by its last call, or by an inline cache.
  for (const [way, count] of Object.entries(alive)) t.true(count <= 1, `${way}: ${count} of 10`)
  // Windows has no signals, except those from this process to its children.
  t.is(lastWait, process.platform === 'win32' ? 'null' : 'SIGTERM')
})
