// Many children and waits may hang on one AbortSignal: they share one listener on it, which is gone when the last of
// them is. Node 20 takes the eleventh listener for a leak and says so.

interface Shared {
  readonly callbacks: Set<() => void>
  readonly listener: () => void
}

const bySignal = new WeakMap<AbortSignal, Shared>()

/** Calls `callback` when the signal aborts. Returns what takes that back. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = bySignal.get(signal) ?? listenTo(signal)
  callbacks.add(callback)
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return
    bySignal.delete(signal)
    signal.removeEventListener('abort', listener)
  }
}

function listenTo(signal: AbortSignal): Shared {
  const callbacks = new Set<() => void>()
  const listener = (): void => callbacks.forEach((callback) => callback())
  const shared = { callbacks, listener }
  bySignal.set(signal, shared)
  signal.addEventListener('abort', listener)
  return shared
}
