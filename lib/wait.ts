// Waits for the exit: without a limit, for a time, or until a point in time.
import { isDate } from 'node:util/types'
import { onAbort } from './abort.js'
import { groupGone, requireGroup } from './end.js'
import { abortError, invalidArgType, outOfRange } from './errors.js'
import { holding, setAlarm } from './events.js'
import type { Handle } from './handle.js'
import { optionsOfCall } from './near-misses.js'
import type { Unchecked } from './own.js'
import type { ExitStatus, WaitGroupOptions, WaitOptions } from './types.js'
import { abortSignal, nonNegative } from './validate.js'

export function wait(handle: Handle, options: unknown): Promise<ExitStatus> {
  // Not an async function: its frame would be half of the memory that a running child takes here.
  return options === undefined ? handle.exit().then(() => handle.result()) : waitUnlessAborted(handle, options)
}

async function waitUnlessAborted(handle: Handle, options: unknown): Promise<ExitStatus> {
  const signal = readyToWait(options)
  if (!handle.ended) await sleep(handle, Infinity, signal)
  if (!handle.ended) throw abortError(signal!)
  return handle.result()
}

export async function waitTimeout(handle: Handle, ms: unknown, options: unknown): Promise<ExitStatus | null> {
  return waitFor(handle, nonNegative('ms', ms), options)
}

export async function waitDeadline(handle: Handle, at: unknown, options: unknown): Promise<ExitStatus | null> {
  return waitFor(handle, Math.max(0, timeOf(at) - Date.now()), options)
}

async function waitFor(handle: Handle, ms: number, options: unknown): Promise<ExitStatus | null> {
  const signal = readyToWait(options)
  const status = handle.poll()
  if (status !== null || ms === 0) return status
  // Without a limit, this is the same as wait(), where ref() and unref() decide whether the loop is kept alive.
  const sleeping = sleep(handle, ms, signal)
  if ((await (ms === Infinity ? sleeping : holding(sleeping))) === 'abort') throw abortError(signal!)
  // Ask the kernel once more, even after the alarm: an exit whose event has not been delivered yet counts, too.
  return handle.poll()
}

export async function waitGroup(handle: Handle, options: unknown): Promise<boolean> {
  requireGroup(handle)
  const given: Unchecked<WaitGroupOptions> = optionsOfCall('waitGroup()', ['signal', 'timeout'], options)
  const timeout = nonNegative('options.timeout', given.timeout ?? Infinity)
  const signal = abortSignal('options.signal', given.signal)
  if (signal?.aborted) throw abortError(signal)
  const { promise, cancel } = groupGone(handle, timeout)
  if (signal === null) return holding(promise)
  let forgetAbort = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    forgetAbort = onAbort(signal, () => reject(abortError(signal)))
  })
  try {
    return await holding(Promise.race([promise, aborted]))
  } finally {
    forgetAbort()
    cancel()
  }
}

/**
 * Waits for the exit, the alarm or the abort, whichever comes first. Afterwards nothing of this wait is left on the
 * handle or on the signal.
 */
function sleep(handle: Handle, ms: number, signal: AbortSignal | null): Promise<'exit' | 'alarm' | 'abort'> {
  return new Promise((resolve) => {
    const wakeUp = (why: 'exit' | 'alarm' | 'abort'): void => {
      handle.offExit(onExit)
      cancelAlarm()
      forgetAbort?.()
      resolve(why)
    }
    const onExit = (): void => wakeUp('exit')
    // This comes first because it may throw, and nothing has to be undone yet.
    const forgetAbort = signal === null ? null : onAbort(signal, () => wakeUp('abort'))
    const cancelAlarm = setAlarm(ms, () => wakeUp('alarm'))
    handle.onExit(onExit)
  })
}

function readyToWait(options: unknown): AbortSignal | null {
  const given: Unchecked<WaitOptions> = optionsOfCall('wait()', ['signal'], options)
  const signal = abortSignal('options.signal', given.signal)
  if (signal?.aborted) throw abortError(signal)
  return signal
}

function timeOf(at: unknown): number {
  if (!isDate(at) && typeof at !== 'number') throw invalidArgType('at', 'of type number or an instance of Date', at)
  const time = isDate(at) ? at.getTime() : at
  if (Number.isNaN(time)) throw outOfRange('at', 'a valid point in time', at)
  return time
}
