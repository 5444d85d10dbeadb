import { runScript } from './support/scripts.js'
import { isWindows, testUnless } from './support/skip.js'
import { within } from './support/within.js'

for (const how of ['process.exit', 'uncaught error', 'SIGTERM handler', 'worker'] as const) {
  testUnless(how === 'SIGTERM handler' && isWindows, `${how}: the children run on, the process does not`, async (t) => {
    const host = runScript(t, 'exit-with-pending-waits', [how])
    const exited = new Promise((resolve) => host.process.once('exit', (code) => resolve(code)))
    t.is(await host.line(), 'waiting')
    // The children read the stdin of the host: they run until the test ends it.
    if (how === 'SIGTERM handler') host.process.kill('SIGTERM')
    t.is(await within(10_000, 'the exit of the host', exited), how === 'uncaught error' ? 1 : 7)
    host.process.stdin.end()
    await within(10_000, 'the end of its children', host.ended)
  })
}
