// Does what setImmediate() does, but through node:timers/promises: some tests replace the global function, and some
// environments do not have it.
import type * as TimersPromises from 'node:timers/promises'

/** Calls `work` after the event loop has polled, and so has read what is available now. */
export function soon(work: () => void): void {
  const { scheduler } = require('node:timers/promises') as typeof TimersPromises
  void scheduler.yield().then(work)
}

/**
 * Calls `work` when the event loop has polled once more, and so has read what was written after the poll of this turn.
 */
export function afterAnotherPoll(work: () => void): void {
  soon(() => soon(work))
}
