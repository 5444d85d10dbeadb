import { once } from 'node:events'
import type { SpawnOptions } from 'shared-child'
import { runScript } from './support/scripts.js'
import { notWindows, testUnless } from './support/skip.js'
import { end, isRunning } from './support/tree.js'
import { until } from './support/within.js'

/** Whether the child, and what it has started, end with the process that started the child. */
const cases: [SpawnOptions, { child: boolean; other: boolean }][] = [
  [{}, { child: true, other: false }],
  [{ killOnParentExit: true }, { child: true, other: false }],
  [{ killOnParentExit: false }, { child: false, other: false }],
  [{ detached: true }, { child: false, other: false }],
  [
    { detached: true, killOnParentExit: true },
    { child: true, other: false },
  ],
  [{ group: true }, { child: true, other: true }],
  [
    { group: 'contain', killOnParentExit: true },
    { child: true, other: true },
  ],
  [
    { group: true, killOnParentExit: false },
    { child: false, other: false },
  ],
  [
    { group: true, detached: true },
    { child: false, other: false },
  ],
]

for (const [options, expected] of cases) {
  testUnless(notWindows, `a process that is killed has started a child with ${JSON.stringify(options)}`, async (t) => {
    const host = runScript(t, 'be-ended-with-what-it-started', [JSON.stringify(options)])
    const [child = NaN, other = NaN] = (await host.line()).split(' ').map(Number)
    t.teardown(() => [child, other].forEach(end))
    t.true(isRunning(child) && isRunning(other))
    const ended = once(host.process, 'exit')
    host.process.kill('SIGKILL')
    await ended
    if (expected.child) await until('the child has ended', () => !isRunning(child))
    if (expected.other) await until('the other one has ended', () => !isRunning(other))
    // The system ends all of them at once, so those that should end are gone by now.
    t.deepEqual({ child: !isRunning(child), other: !isRunning(other) }, expected)
  })
}
