// Timers that run by the real clock: tests replace setTimeout(), setImmediate(), Date and performance with fakes, as
// globals and in node:timers, and may do so before this module is loaded; but a child is never fake.
import type { Socket } from 'node:net'
import type * as Net from 'node:net'
import type * as TimersPromises from 'node:timers/promises'

/** Node's longest timer: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST = 2 ** 31 - 1

/**
 * Calls `ring` once, at least `ms` from now and never within this call. Returns what cancels it. It does not keep the
 * event loop alive.
 *
 * The idle time of a socket that is not connected to anything is the one timer of Node's that nobody fakes, and needs
 * no clock beside it.
 */
export function setAlarm(ms: number, ring: () => void): () => void {
  if (ms === Infinity) return () => {}
  // Here, and not above: it takes a third of the time that this package takes to load.
  const socket: Socket = new (require('node:net') as typeof Net).Socket()
  // Node cuts fractions off, of the present as well: a timer may ring up to one millisecond early.
  let left = Math.ceil(ms) + 1
  const sleep = (): void => {
    const next = Math.min(left, LONGEST)
    left -= next
    socket.setTimeout(next)
  }
  socket.on('timeout', () => {
    if (left > 0) return sleep()
    socket.setTimeout(0)
    ring()
  })
  sleep()
  return () => {
    left = 0
    socket.setTimeout(0)
  }
}

/** Calls `work` as setImmediate() does: when the loop has read what was there to be read. */
export function soon(work: () => void): void {
  // Its setImmediate() is neither the global one, which some test environments lack, nor that of node:timers.
  const { scheduler } = require('node:timers/promises') as typeof TimersPromises
  void scheduler.yield().then(work)
}
