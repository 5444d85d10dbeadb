// Many children and waits may hang on one AbortSignal: they share one listener on it, which is gone when the last of
// them is. Node 20 takes the eleventh listener for a leak and says so.
import { EventEmitter } from 'node:events'

type Callback = () => void

interface Shared {
  readonly callbacks: Set<Callback>
  readonly listener: Callback
}

const bySignal = new WeakMap<AbortSignal, Shared>()

/**
 * Calls `callback` when the signal aborts, and never within this call. Returns what takes that back, and does not throw.
 * What the signal throws at the attempt to listen is passed on, and nothing is left behind then: call this before
 * anything that would have to be undone.
 */
export function onAbort(signal: AbortSignal, callback: Callback): Callback {
  const { callbacks, listener } = bySignal.get(signal) ?? listenTo(signal)
  callbacks.add(callback)
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return
    bySignal.delete(signal)
    try {
      signal.removeEventListener('abort', listener)
    } catch {
      // Only an object that pretends to be a signal does that. The listener does nothing any more, and whoever waited
      // has a result to be told.
    }
  }
}

function listenTo(signal: AbortSignal): Shared {
  const callbacks = new Set<Callback>()
  let aborted = false
  const ring = (): void => callbacks.forEach((callback) => callback())
  const listener = (): void => {
    aborted = true
    bySignal.delete(signal)
    // There is no callback yet when the signal aborts while it is being listened to.
    if (callbacks.size > 0) ring()
    else void Promise.resolve().then(ring)
  }
  const shared = { callbacks, listener }
  subscribe(signal, listener)
  if (!aborted) bySignal.set(signal, shared)
  return shared
}

/** Node's own way is heard even if an earlier listener stops the propagation. Node before 20.5 does not have it. */
function subscribe(signal: AbortSignal, listener: Callback): void {
  if ('addAbortListener' in EventEmitter) EventEmitter.addAbortListener(signal, listener)
  else signal.addEventListener('abort', listener, { once: true })
}
