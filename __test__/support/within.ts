/**
 * How many times as long everything may take on a busy machine and in an emulator, except the tests' own waiting. It extends limits that end
 * what hangs; no test waits that long.
 */
export const slowness = process.env['SHARED_CHILD_TEST_ON'] === undefined ? 3 : 10

/**
 * Settles as the promise does, or fails if the promise has not settled after `ms`.
 * The limits in this suite are generous: the mistake that each one detects takes far longer.
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

/** Polls until `holds`, for changes that cause no event. */
export async function until(what: string, holds: () => boolean, ms = 10_000): Promise<void> {
  const end = performance.now() + ms * slowness
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what}: still not so after ${ms * slowness} ms`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Does the same without giving the event loop a single turn. */
export function spinUntil(what: string, holds: () => boolean, ms = 10_000): void {
  const end = performance.now() + ms * slowness
  while (!holds()) if (performance.now() > end) throw new Error(`${what}: still not so after ${ms * slowness} ms`)
}
