import type { ExecutionContext } from 'ava'
import { childrenOf, openFds } from './proc.js'
import { until } from './within.js'

/**
 * Runs `act` many times and asserts that this process ends as it began: as many fds, no child, no zombie.
 * The first runs do not count: they make the threads and fds that the package makes once.
 * Needs a test file with a process of its own (ava's `workerThreads: false`).
 */
export async function leavesNothing(t: ExecutionContext, act: () => Promise<unknown>, times = 10): Promise<void> {
  await until('the children of earlier tests are gone', () => childrenOf().length === 0)
  await act()
  await act()
  const before = openFds()
  for (let i = 0; i < times; i++) await act()
  t.deepEqual(childrenOf(), [], 'no child and no zombie is left')
  // The last descriptors are closed by another thread, at about the time at which the exit is told; a leak stays.
  await until('as many fds as before', () => openFds().length <= before.length).catch(() => undefined)
  const after = openFds()
  t.is(after.length, before.length, `fds before: ${before.join(', ')}; after: ${after.join(', ')}`)
}
