/**
 * Everything but the tests' own waiting takes this many times as long on a busy machine, and in an emulator. It stretches limits that end
 * what hangs; no test waits for it.
 */
export const slowness = process.env['SHARED_CHILD_TEST_ON'] === undefined ? 3 : 10

/**
 * The promise's own outcome, or a failure when it has none after `ms`.
 * The bounds in this suite are generous: the broken behaviour each one guards against takes far longer.
 */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not settled after ${ms * slowness} ms`)), ms * slowness)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Looks again and again until `holds`, for things that announce themselves by no event. */
export async function until(what: string, holds: () => boolean, ms = 10_000): Promise<void> {
  const end = performance.now() + ms * slowness
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what}: still not so after ${ms * slowness} ms`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** The same without giving the event loop a single turn. */
export function spinUntil(what: string, holds: () => boolean, ms = 10_000): void {
  const end = performance.now() + ms * slowness
  while (!holds()) if (performance.now() > end) throw new Error(`${what}: still not so after ${ms * slowness} ms`)
}
