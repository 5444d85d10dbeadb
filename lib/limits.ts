// The options that end a child without a further call: options.signal and options.timeout.
import { onAbort } from './abort.js'
import type { Limits } from './ending.js'
import type { Handle } from './handle.js'

export interface ArmedLimits {
  /**
   * Applies the limits to a child that has just been started. They leave nothing behind once it has exited.
   *
   * @throws if no thread could be started for the timeout; the child has been killed
   */
  apply(handle: Handle): void
  /** Removes the limits. Call this if no child was started. */
  cancel(): void
}

const AT_ONCE = { signal: 9, grace: 0 }

/** Call this before anything is started, because it throws if it cannot listen to the signal. */
export function armLimits(limits: Limits): ArmedLimits {
  const { signal, timeout } = limits
  let aborted = false
  let child: Handle | null = null
  const onSignal = (): void => {
    aborted = true
    child?.endQuietly('abort')
  }
  const cancel = signal === null ? () => {} : onAbort(signal, onSignal)
  return {
    cancel,
    apply(handle) {
      child = handle
      handle.limits = limits
      handle.onExit(cancel)
      // The signal may have aborted while the child was being started.
      if (aborted) onSignal()
      if (timeout === Infinity) return
      try {
        handle.end('timeout', handle.ending, timeout)
      } catch (error) {
        handle.end('timeout', AT_ONCE)
        throw error
      }
    },
  }
}
