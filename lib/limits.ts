// What ends a child without a call of kill(): options.signal and options.timeout.
import { onAbort } from './abort.js'
import { setAlarm } from './alarm.js'
import type { Handle } from './handle.js'

export interface Limits {
  readonly signal: AbortSignal | null
  /** Milliseconds; Infinity = none. */
  readonly timeout: number
}

/** Puts the limits into effect. They leave nothing behind once the child has exited. */
export function applyLimits(handle: Handle, { signal, timeout }: Limits): void {
  const kill = (): void => handle.sendQuietly(handle.killSignal)
  // It may have aborted while the child was being started.
  if (signal?.aborted) kill()
  const forgetAbort = signal === null ? null : onAbort(signal, kill)
  // The handle itself keeps the loop alive for as long as it is ref'd, so the alarm follows its ref() and unref()
  // without a hold of its own.
  const cancelAlarm = setAlarm(timeout, kill, { keepsLoopAlive: false })
  handle.onExit(() => {
    cancelAlarm()
    forgetAbort?.()
  })
}
