// Computes figures from the samples: medians, so that a single interrupt does not count; and p99, because
// waiting does count.

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.max(Math.ceil(share * sorted.length), 1)
  const value = sorted[rank - 1] ?? Number.NaN
  return share === 0.5 && sorted.length % 2 === 0 ? (value + (sorted[rank] ?? value)) / 2 : value
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** Compares two things that were measured in the same rounds, round by round. */
export function compared(
  ours: readonly number[],
  theirs: readonly number[],
  how: (ours: number, theirs: number) => number,
): Spread | undefined {
  const values = ours.map((value, round) => how(value, theirs[round] ?? Number.NaN)).filter(Number.isFinite)
  if (values.length === 0) return undefined
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}

export const quotient = (ours: number, theirs: number): number => ours / theirs
export const difference = (ours: number, theirs: number): number => ours - theirs

/** Formats a number with three significant digits. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '-'
  const size = Math.abs(value)
  if (size >= 100) return Math.round(value).toLocaleString('en')
  return value.toFixed(size >= 10 ? 1 : 2)
}
