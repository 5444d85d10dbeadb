import type { ExecutionContext } from 'ava'
import { childrenOf, openFds } from './proc.js'
import { until } from './within.js'

/**
 * Waits until nothing is left of the children so far. A wait resolves as soon as the status is known; the last descriptor of the child, its
 * pidfd, is closed a moment later by the thread that reaped it. Counting too early would find one too many before, or one too few after.
 */
export async function settled(): Promise<void> {
  const pidfds = (): string[] => openFds().filter((fd) => fd.includes('pidfd'))
  await until('no child, no zombie and no pidfd is left', () => childrenOf().length === 0 && pidfds().length === 0)
}

/**
 * Runs `act` many times and asserts that this process ends as it began: as many fds, no child, no zombie.
 * The first runs do not count, because they create the threads and fds that the package creates once.
 * Needs a test file with a process of its own (ava's `workerThreads: false`).
 */
export async function leavesNothing(t: ExecutionContext, act: () => Promise<unknown>, times = 10): Promise<void> {
  await act()
  await act()
  await settled()
  const before = openFds()
  for (let i = 0; i < times; i++) await act()
  t.deepEqual(childrenOf(), [], 'no child and no zombie is left')
  await settled()
  // A pipe that a child of another thread held for an instant is closed an instant later; a leak stays.
  await until('as many fds as before', () => openFds().length <= before.length).catch(() => undefined)
  const after = openFds()
  t.is(after.length, before.length, `fds before: ${before.join(', ')}; after: ${after.join(', ')}`)
}
