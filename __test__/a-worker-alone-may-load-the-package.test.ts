import test from 'ava'
import { report, runScript } from './support/scripts.js'
import { slowness } from './support/within.js'

// Node unloads an addon with the last thread that has loaded it; a thread that still waits for a child would then call into unmapped memory.
test('and end while a wait is pending: the process lives on', async (t) => {
  t.timeout(60_000 * slowness)
  const host = runScript(t, 'load-in-workers-only')
  t.deepEqual(await report(t, host), { rounds: 5, exits: [1, 1, 1, 1, 1] })
})
