// What ends a child without a call of kill(): options.signal and options.timeout.
import { onAbort } from './abort.js'
import { setAlarm } from './events.js'
import type { Handle } from './handle.js'

export interface Limits {
  readonly signal: AbortSignal | null
  /** Milliseconds; Infinity = none. */
  readonly timeout: number
}

export interface ArmedLimits {
  /** Puts them into effect on a child that has just been started. They leave nothing behind once it has exited. */
  apply(handle: Handle): void
  /** No child was started. */
  cancel(): void
}

/** To be called before anything is started: a signal that cannot be listened to throws here. */
export function armLimits({ signal, timeout }: Limits): ArmedLimits {
  let aborted = false
  let child: Handle | null = null
  const kill = (): void => child?.sendQuietly(child.killSignal)
  const onSignal = (): void => {
    aborted = true
    kill()
  }
  const cancel = signal === null ? () => {} : onAbort(signal, onSignal)
  return {
    cancel,
    apply(handle) {
      child = handle
      // It may have aborted while the child was being started.
      if (aborted) kill()
      // The handle itself keeps the loop alive for as long as it is ref'd, so the alarm follows its ref() and unref()
      // without a hold of its own.
      const cancelAlarm = setAlarm(timeout, kill)
      handle.onExit(() => {
        cancelAlarm()
        cancel()
      })
    },
  }
}
