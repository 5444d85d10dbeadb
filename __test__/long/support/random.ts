/** mulberry32: the same seed gives the same run. */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The seed; LONG_TEST_SEED sets it, to repeat a run. */
export const seed = Number(process.env['LONG_TEST_SEED'] ?? Date.now() % 1_000_000)
