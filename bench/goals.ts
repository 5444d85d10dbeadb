import type { Kind } from './measures/control.js'
// "What must hold": each goal, and what this run says of it.
import { spawnKinds } from './measures/spawn-cost.js'
import { number } from './report/format.js'
import type { Finding, Metric } from './results.js'
import * as control from './rows/control.js'
import * as latency from './rows/exit-latency.js'
import * as live from './rows/live-children.js'
import * as pack from './rows/package.js'
import * as cost from './rows/spawn-cost.js'
import * as stdio from './rows/stdio.js'
import * as calls from './rows/sync-calls.js'
import * as rate from './rows/throughput.js'
import type { Spread } from './stats.js'

export interface Verdict {
  readonly what: string
  readonly goal: string
  /** Undefined: this run did not measure it. */
  readonly measured?: string
  readonly holds?: boolean
}

const OURS = 'shared-child'

type Find = (row: string, name: string, metric: Metric, subject?: string) => Finding | undefined

/** What is to be less, or more, than what. */
type Judgement = { value: number; text: string } | undefined

const atMost = (limit: number, judgement: Judgement): Partial<Verdict> => judged(judgement, (value) => value <= limit)
const atLeast = (limit: number, judgement: Judgement): Partial<Verdict> => judged(judgement, (value) => value >= limit)

const judged = (judgement: Judgement, holds: (value: number) => boolean): Partial<Verdict> =>
  judgement === undefined ? {} : { measured: judgement.text, holds: holds(judgement.value) }

export function verdicts(findings: readonly Finding[]): Verdict[] {
  const find: Find = (row, name, metric, subject = OURS) =>
    findings.find(
      (each) => each.row === row && each.case === name && each.metric.key === metric.key && each.subject === subject,
    )
  return [
    ...[
      [0, 100],
      [1, 5000],
      [4, 15_000],
    ].flatMap(([gigabytes, times]) => spawnCostGoals(find, gigabytes!, times!)),
    ...[16, 64].flatMap((limit) => throughputGoals(find, limit)),
    ...crowdGoals(find),
    {
      what: 'from the exit to its promise, compared with child_process',
      goal: 'no longer',
      ...atLeast(1, times(find('exit-latency', 'one child', latency.LATENCY, 'child_process'))),
    },
    ...footprintGoals(find),
    ...callGoals(find),
    ...controlGoals(find),
    ...stdioGoals(find),
    ...packageGoals(find),
  ]
}

function spawnCostGoals(find: Find, gigabytes: number, factor: number): Verdict[] {
  const all = (subject: string): Finding[] =>
    spawnKinds.flatMap((kind) => find('spawn-cost', cost.caseName(gigabytes, kind), cost.CALL, subject) ?? [])
  const slowest = all(OURS).toSorted((a, b) => b.median - a.median)[0]
  const least = all('child_process').toSorted((a, b) => (a.ratio?.median ?? 0) - (b.ratio?.median ?? 0))[0]
  return [
    {
      what: `JS-thread time of a spawn() that comes alone, median, slowest option, at ${gigabytes} GB`,
      goal: '<= 10 us',
      ...atMost(10, slowest && { value: slowest.median, text: `${number(slowest.median)} us (${slowest.case})` }),
    },
    {
      what: `the same, compared with child_process, at ${gigabytes} GB`,
      goal: `>= ${factor.toLocaleString('en')}x less`,
      ...atLeast(factor, times(least)),
    },
  ]
}

function throughputGoals(find: Find, limit: number): Verdict[] {
  const compared = (subject: string): Judgement => share(find('throughput', rate.caseName(limit), rate.RATE, subject))
  const excess = find('throughput', rate.caseName(limit), rate.EXCESS)
  const call = find('throughput', rate.caseName(limit), rate.CALL)
  const what = `spawn and exit of /bin/true, ${limit} at a time`
  return [
    { what: `${what}, compared with ${rate.FLOOR}`, goal: '>= 0.95x', ...atLeast(0.95, compared(rate.FLOOR)) },
    { what: `${what}, compared with child_process`, goal: '>= 3x', ...atLeast(3, compared('child_process')) },
    { what: `${what}, compared with Bun.spawn`, goal: '>= 1.3x', ...atLeast(1.3, compared('Bun.spawn')) },
    {
      what: 'JS-thread time of a spawn() during that, median',
      goal: '<= 10 us',
      ...atMost(10, call && { value: call.median, text: `${number(call.median)} us` }),
    },
    {
      what: `worst event-loop delay during that, beyond an idle loop's`,
      goal: '< 5 ms',
      ...atMost(5, excess && { value: excess.median, text: `${number(excess.median)} ms (${range(excess.rounds)})` }),
    },
  ]
}

function crowdGoals(find: Find): Verdict[] {
  const [ours, theirs] = ([OURS, 'child_process'] as const).map(
    (peer) => find('live-children', live.crowdCase(peer), live.CPU, live.atLevel(4000))?.ratio,
  )
  const text = (spread: Spread): string =>
    `${number(spread.median)}x (${number(spread.least)} to ${number(spread.most)})`
  return [
    {
      what: 'CPU time of a spawn and exit with 4,000 live children, compared with none',
      goal: '<= 1.2x',
      ...atMost(1.2, ours ? { value: ours.median, text: text(ours) } : undefined),
    },
    { what: 'the same for child_process', goal: '-', ...(theirs ? { measured: text(theirs) } : {}) },
  ]
}

function footprintGoals(find: Find): Verdict[] {
  const of = (metric: Metric): Judgement => {
    const finding = find('live-children', live.footprintCase(10_000), metric)
    return finding && { value: finding.median, text: `${number(finding.median)} ${metric.unit}`.trim() }
  }
  return [
    { what: '10,000 live children: threads more than with none', goal: '<= 1', ...atMost(1, of(live.THREADS)) },
    {
      what: '10,000 live children: memory of each in the parent',
      goal: '<= 2,048 bytes',
      ...atMost(2048, of(live.MEMORY)),
    },
    { what: '10,000 live children: descriptors of each', goal: '<= 1', ...atMost(1.005, of(live.FDS)) },
  ]
}

function callGoals(find: Find): Verdict[] {
  const beyond = (metric: Metric): Judgement => {
    const ours = find('sync-calls', 'a running child', metric)
    const floor = find('sync-calls', 'a running child', metric, calls.FLOOR)
    if (ours === undefined || floor === undefined) return undefined
    const value = ours.median - floor.median
    return { value, text: `${number(value)} us (${number(ours.median)} - ${number(floor.median)})` }
  }
  return [
    { what: 'tryWaitSync(), beyond its system call', goal: '<= 2 us', ...atMost(2, beyond(calls.TRY_WAIT)) },
    { what: 'sendSignalSync(), beyond its system calls', goal: '<= 2 us', ...atMost(2, beyond(calls.KILL)) },
  ]
}

function controlGoals(find: Find): Verdict[] {
  const beyondPlain = (kind: Kind): Judgement => {
    const [owned, plain] = [kind, 'plain'].map((subject) => find('control', control.CASE, control.TIME, subject))
    if (owned === undefined || plain === undefined) return undefined
    const value = owned.median - plain.median
    return { value, text: `${number(value)} us (${number(owned.median)} - ${number(plain.median)})` }
  }
  return [
    { what: '`group`, beyond a spawn without it', goal: '<= 5 us', ...atMost(5, beyondPlain('group')) },
    {
      what: '`killOnParentExit` with it',
      goal: '<= 25 us',
      ...atMost(25, beyondPlain('group and killOnParentExit')),
    },
  ]
}

function stdioGoals(find: Find): Verdict[] {
  return stdio.cases.map(({ name, metrics }) => {
    const metric = metrics[0]!
    const theirs = find('stdio', name, metric, 'child_process')
    const verdict = atLeast(1, metric.better === 'less' ? times(theirs) : share(theirs))
    return Object.assign({ what: `pipes, ${name}, compared with child_process`, goal: '>= 1x' }, verdict)
  })
}

function packageGoals(find: Find): Verdict[] {
  const size = find('package', 'size', pack.SIZE, pack.PLATFORM_PACKAGE)
  const load = find('package', 'load', pack.LOAD)
  return [
    {
      what: 'size of a platform',
      goal: '<= 500 KB',
      ...atMost(500_000, size && { value: size.median, text: `${number(size.median / 1000)} KB` }),
    },
    {
      what: 'time to load',
      goal: '<= 5 ms',
      ...atMost(5, load && { value: load.median, text: `${number(load.median)} ms` }),
    },
  ]
}

/** How many times ours theirs is. */
const times = (theirs: Finding | undefined): Judgement =>
  theirs?.ratio ? { value: theirs.ratio.median, text: quotient(theirs.ratio) } : undefined

/** How many times theirs ours is. */
const share = (theirs: Finding | undefined): Judgement =>
  theirs?.ratio
    ? times({
        ...theirs,
        ratio: { median: 1 / theirs.ratio.median, least: 1 / theirs.ratio.most, most: 1 / theirs.ratio.least },
      })
    : undefined

const quotient = ({ median, least, most }: Spread): string => `${number(median)}x (${number(least)} to ${number(most)})`

const range = (values: readonly number[]): string => `${number(Math.min(...values))} to ${number(Math.max(...values))}`
