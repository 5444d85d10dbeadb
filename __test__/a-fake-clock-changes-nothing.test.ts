import { report, runScript } from './support/scripts.js'
import { isWindows, testUnless } from './support/skip.js'

// The host's clock never ticks: code that relies on it does not end, and the host is killed.
for (const clock of ['node:test', 'everything', 'missing'] as const) {
  for (const order of ['loaded first', 'loaded under it'] as const) {
    testUnless(isWindows, `${clock}, ${order}: waits, time-outs and output() run by the real one`, async (t) => {
      const host = runScript(t, 'live-by-a-fake-clock', [clock, order], { limit: 20_000 })
      t.deepEqual(await report(t, host), {
        late: null,
        waited: true,
        timed: false,
        ran: true,
        cat: 0,
        drained: false,
      })
    })
  }
}
