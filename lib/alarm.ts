// setTimeout() without its three surprises: more than 2^31-1 ms rings at once, a timer may ring a fraction of a
// millisecond early, and Infinity is 1 ms.

// The modules' own clock and timers, not the globals: those may be fake in a test, but the child is not.
import type * as PerfHooks from 'node:perf_hooks'
import { clearTimeout, setTimeout } from 'node:timers'

/** Node's longest timer: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST = 2 ** 31 - 1

/** Calls `ring` once, `ms` from now and never within this call. Returns what cancels it. */
export function setAlarm(ms: number, ring: () => void, { keepsLoopAlive }: { keepsLoopAlive: boolean }): () => void {
  if (ms === Infinity) return () => {}
  // Here, and not above: it takes a tenth of the time that this package takes to load.
  const { performance } = require('node:perf_hooks') as typeof PerfHooks
  const due = performance.now() + ms
  let timer: NodeJS.Timeout | undefined
  const check = (): void => {
    if (performance.now() >= due) ring()
    else sleep()
  }
  const sleep = (): void => {
    timer = setTimeout(check, Math.min(Math.ceil(due - performance.now()), LONGEST))
    if (!keepsLoopAlive) timer.unref()
  }
  sleep()
  return () => clearTimeout(timer)
}
