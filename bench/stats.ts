// Medians and their kin. Medians, because one interrupt is no part of what is measured; p99, because waiting for it is.

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The smallest value that at least `share` of all values do not exceed; between the middle two for an even median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.max(Math.ceil(share * sorted.length), 1)
  const value = sorted[rank - 1] ?? Number.NaN
  return share === 0.5 && sorted.length % 2 === 0 ? (value + (sorted[rank] ?? value)) / 2 : value
}

export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
})
