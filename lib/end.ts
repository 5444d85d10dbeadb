// How options.timeout, options.signal, maxBuffer, disposal and terminate() end a child. With options.group, all of them
// end the whole group.
import { invalidState, noThread, UV_EAGAIN } from './errors.js'
import { holding, listenForGroup } from './events.js'
import type { Handle } from './handle.js'
import { optionsOfCall } from './near-misses.js'
import type { Unchecked } from './own.js'
import { signalNumber } from './signals.js'
import type { ExitStatus, TerminateOptions } from './types.js'
import { nonNegative } from './validate.js'

export async function terminate(handle: Handle, options: unknown): Promise<ExitStatus> {
  const given: Unchecked<TerminateOptions> = optionsOfCall('terminate()', ['endStdin', 'grace', 'signal'], options)
  const { signal, grace, endStdin } = given
  const { ending } = handle
  const how = {
    signal: signal === undefined ? ending.signal : signalNumber(signal),
    grace: grace === undefined ? ending.grace : nonNegative('options.grace', grace),
  }
  const delay = endStdin === undefined ? 0 : nonNegative('options.endStdin', endStdin)
  if (endStdin !== undefined) handle.pipes.endStdin()
  handle.end('terminate', how, delay)
  await holding(gone(handle))
  return handle.result()
}

/** Resolves when the child has exited and no process of its group runs any more. */
export async function gone(handle: Handle): Promise<void> {
  await handle.exit()
  if (!handle.leadsGroup) return
  // Without a time limit, the answer is false only if no thread could be started to wait.
  if (!(await groupGone(handle, Infinity).promise)) throw noThread(UV_EAGAIN)
}

/** Resolves with true when no process of the group runs any more, or with false after `ms` milliseconds. */
export function groupGone(handle: Handle, ms: number): { promise: Promise<boolean>; cancel: () => void } {
  let cancel = (): void => {}
  const promise = new Promise<boolean>((resolve) => {
    cancel = listenForGroup(handle.native, ms, resolve)
  })
  return { promise, cancel }
}

export function requireGroup(handle: Handle): void {
  if (!handle.leadsGroup) throw invalidState('the child leads no group: it was spawned without options.group')
}
