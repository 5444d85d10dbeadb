// What a run finds out: the shape of the JSON file, and how it is computed from samples.
import type { Samples } from './measures/samples.js'
import { median, quantile, spread, type Spread } from './stats.js'

export interface Metric {
  /** As the measure calls it. */
  readonly key: string
  /** As the reader knows it. */
  readonly name: string
  readonly unit: string
  readonly better: 'less' | 'more'
  /** False for a difference, which may be about nothing: its quotients would say nothing. */
  readonly hasRatio?: boolean
}

/** One metric of one subject. */
export interface Finding {
  readonly row: string
  readonly case: string
  readonly metric: Metric
  readonly subject: string
  readonly median: number
  readonly p99: number
  readonly samples: number
  /** The median of each round. */
  readonly rounds: readonly number[]
  /** This subject divided by the reference of its case, round by round; null for the reference itself. */
  readonly ratio: Spread | null
}

/** The samples of a subject, round by round. */
export type Rounds = readonly Samples[]

export interface Comparison {
  readonly row: string
  readonly case: string
  readonly metrics: readonly Metric[]
  /** What the others are divided by. */
  readonly reference: string
}

export function findings(comparison: Comparison, all: ReadonlyMap<string, Rounds>): Finding[] {
  const reference = all.get(comparison.reference)
  return comparison.metrics.flatMap((metric) =>
    [...all].flatMap(([subject, rounds]): Finding[] => {
      const samples = rounds.flatMap((round) => round[metric.key] ?? [])
      if (samples.length === 0) return []
      return [
        {
          row: comparison.row,
          case: comparison.case,
          metric,
          subject,
          median: median(samples),
          p99: quantile(samples, 0.99),
          samples: samples.length,
          rounds: medians(rounds, metric),
          ratio:
            subject === comparison.reference || metric.hasRatio === false
              ? null
              : ratio(medians(rounds, metric), reference, metric),
        },
      ]
    }),
  )
}

const medians = (rounds: Rounds, { key }: Metric): number[] => rounds.map((round) => median(round[key] ?? []))

function ratio(subject: readonly number[], reference: Rounds | undefined, metric: Metric): Spread | null {
  const theirs = medians(reference ?? [], metric)
  const quotients = subject.map((value, round) => value / (theirs[round] ?? Number.NaN)).filter(Number.isFinite)
  return quotients.length === 0 ? null : spread(quotients)
}

/** In the order of their first appearance. */
export function grouped(all: readonly Finding[], by: (finding: Finding) => string): [string, Finding[]][] {
  const groups = new Map<string, Finding[]>()
  for (const finding of all) groups.set(by(finding), [...(groups.get(by(finding)) ?? []), finding])
  return [...groups]
}
