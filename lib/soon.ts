// Does what setImmediate() does, through node:timers/promises: some tests replace the global one, and some environments lack it.
import type * as TimersPromises from 'node:timers/promises'

/** Calls `work` after the event loop has read what is there to be read. */
export function soon(work: () => void): void {
  const { scheduler } = require('node:timers/promises') as typeof TimersPromises
  void scheduler.yield().then(work)
}

/** Calls it when the loop has polled once more, and has read what was written after the poll of this turn. */
export function afterAnotherPoll(work: () => void): void {
  soon(() => soon(work))
}
