// Creates ExitStatus objects. They are plain, frozen, and equal in whichever way the status was learned.
import type { ExitStatus as NativeStatus } from '../index.js'
import { signalName } from './native.js'
import type { Cause, ExitStatus } from './types.js'

/** The causes, in the order of their numbers on the native side. */
const CAUSES: readonly Cause[] = [null, 'timeout', 'abort', 'maxBuffer', 'dispose', 'terminate', 'kill']

export const causeNumber = (cause: Cause): number => CAUSES.indexOf(cause)

function frozen(status: ExitStatus): ExitStatus {
  if (status.resourceUsage !== null) Object.freeze(status.resourceUsage)
  return Object.freeze(status)
}

/** Converts the result of waitSync() or tryWaitSync(). */
export function fromNative({ code, signal, cause, coreDumped, resourceUsage }: NativeStatus): ExitStatus {
  return frozen({
    code,
    signal: signal as ExitStatus['signal'],
    cause: cause as Cause,
    success: code === 0,
    coreDumped,
    resourceUsage: resourceUsage ? { ...resourceUsage } : null,
  })
}

/**
 * Converts the numbers of an EXITED event: code, signal (0: none), core dumped, user time and system time in
 * microseconds, max RSS in KiB, cause. If the kernel had no record of resources, the user time is -1.
 */
export function fromEvent(events: Float64Array, at: number): ExitStatus {
  const code = events[at]!
  const signal = events[at + 1]!
  const userCPUTime = events[at + 3]!
  return frozen({
    code: signal === 0 ? code : null,
    signal: signal === 0 ? null : (signalName(signal) as ExitStatus['signal']),
    cause: CAUSES[events[at + 6]!] ?? null,
    success: signal === 0 && code === 0,
    coreDumped: events[at + 2] === 1,
    resourceUsage: userCPUTime < 0 ? null : { userCPUTime, systemCPUTime: events[at + 4]!, maxRSS: events[at + 5]! },
  })
}
