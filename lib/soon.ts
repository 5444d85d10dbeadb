// setImmediate() by another name: the global one is a fake in some tests, and missing in some test environments.
import type * as TimersPromises from 'node:timers/promises'

/** Calls `work` when the loop has read what was there to be read. */
export function soon(work: () => void): void {
  const { scheduler } = require('node:timers/promises') as typeof TimersPromises
  void scheduler.yield().then(work)
}
