// Many children and waits may use one AbortSignal. They share one listener on it, which is removed when the last of them
// has ended: from the eleventh listener on, Node 20 warns of a leak.
import { EventEmitter } from 'node:events'

type Callback = () => void

interface Shared {
  readonly callbacks: Set<Callback>
  readonly listener: Callback
}

const bySignal = new WeakMap<AbortSignal, Shared>()

/**
 * Calls `callback` when the signal aborts, but never within this call. Returns a function that removes the callback and
 * does not throw. If listening to the signal throws, the error is passed on and nothing is left behind: so call this
 * before doing anything that would have to be undone.
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
      // Only an object that pretends to be a signal throws here. The listener does nothing any more, and the result of the
      // wait is still to be delivered.
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

/** Node's own function receives the event even if an earlier listener stops its propagation. It exists since Node 20.5. */
function subscribe(signal: AbortSignal, listener: Callback): void {
  if ('addAbortListener' in EventEmitter) EventEmitter.addAbortListener(signal, listener)
  else signal.addEventListener('abort', listener, { once: true })
}
