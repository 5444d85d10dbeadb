/**
 * The promise's own outcome, or a failure when it has none after `ms`.
 * The bounds in this suite are generous: the broken behaviour each one guards against takes far longer.
 */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not settled after ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Looks again and again until `holds`, for things that announce themselves by no event. */
export async function until(what: string, holds: () => boolean, ms = 10_000): Promise<void> {
  const end = performance.now() + ms
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what}: still not so after ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** The same without giving the event loop a single turn. */
export function spinUntil(what: string, holds: () => boolean, ms = 10_000): void {
  const end = performance.now() + ms
  while (!holds()) if (performance.now() > end) throw new Error(`${what}: still not so after ${ms} ms`)
}
