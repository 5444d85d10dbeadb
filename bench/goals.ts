// The table "What must hold": each goal, what this run says about it, and by how much it is missed. If possible, a goal is a
// ratio or a difference of figures that were measured in the same rounds.
import { metrics, type Finding, type Metric } from './bench.js'
import * as row from './rows.js'
import { compared, difference, number, quotient, type Spread } from './statistics.js'

export interface Verdict {
  readonly what: string
  readonly goal: string
  /** Undefined if this run did not measure it. */
  readonly measured?: string
  readonly holds?: boolean
  /** If the goal is missed: by how much. */
  readonly missedBy?: string | undefined
}

/** Identifies a figure by its row, case, metric and subject. */
type Place = readonly [row: string, name: string, metric: Metric, subject?: string]

type Find = (place: Place) => Finding | undefined

interface Goal {
  readonly what: string
  readonly limit: readonly ['<=' | '>=', number]
  readonly unit: string
  readonly measured: (find: Find) => Spread | undefined
}

/** Our figure divided by theirs, round by round. */
const times = (ours: Place, theirs: Place): Pick<Goal, 'unit' | 'measured'> => ({
  unit: 'x',
  measured: (find) => compared(find(ours)?.rounds ?? [], find(theirs)?.rounds ?? [], quotient),
})

/** Our figure minus theirs, round by round. */
const beyond = (ours: Place, theirs: Place): Pick<Goal, 'unit' | 'measured'> => ({
  unit: ` ${metrics[ours[2]][1]}`,
  measured: (find) => compared(find(ours)?.rounds ?? [], find(theirs)?.rounds ?? [], difference),
})

const value = (ours: Place): Pick<Goal, 'unit' | 'measured'> => ({
  unit: ` ${metrics[ours[2]][1]}`,
  measured: (find) => compared(find(ours)?.rounds ?? [], find(ours)?.rounds ?? [], (each) => each),
})

/** Ours in one case, compared with another subject's. */
const against = (theirs: string, name: string, it: string, metric: Metric): Pick<Goal, 'unit' | 'measured'> =>
  times([name, it, metric], [name, it, metric, theirs])

const atMost = (limit: number, what: string, measured: Pick<Goal, 'unit' | 'measured'>): Goal => ({
  what,
  limit: ['<=', limit],
  ...measured,
})
const atLeast = (limit: number, what: string, measured: Pick<Goal, 'unit' | 'measured'>): Goal => ({
  what,
  limit: ['>=', limit],
  ...measured,
})

const BUN = 'Bun.spawn'
const NODE = 'child_process'
const [ALONE, AT_16] = [row.TRUE, `${row.TRUE}, 16 at a time`]
const crowd = row.crowdCase('shared-child')
const [EACH, MANY] = ['what each takes', '16 at a time']

const goals: readonly Goal[] = [
  atMost(
    5,
    'a lone spawn() call, beyond a bare addon call that queues and wakes a thread',
    beyond(
      ['alone', 'the call, beside that of an addon', 'call'],
      ['alone', 'the call, beside that of an addon', 'bare'],
    ),
  ),
  atMost(6, 'a spawn() call among 16', value(['at-once', AT_16, 'call'])),
  atMost(0.85, 'CPU time of the JS thread, alone, of Bun.spawn', against(BUN, 'alone', ALONE, 'thread')),
  atMost(0.6, 'CPU time of the JS thread, 16 at a time, of Bun.spawn', against(BUN, 'at-once', AT_16, 'thread')),
  atMost(0.15, 'CPU time of the JS thread, alone, of child_process', against(NODE, 'alone', ALONE, 'thread')),
  atMost(0.15, 'CPU time of the JS thread, 16 at a time, of child_process', against(NODE, 'at-once', AT_16, 'thread')),
  atMost(1.8, 'CPU time of the process, alone, of Bun.spawn', against(BUN, 'alone', ALONE, 'process')),
  atMost(1.4, 'CPU time of the process, 16 at a time, of Bun.spawn', against(BUN, 'at-once', AT_16, 'process')),
  atMost(5, 'voluntary switches a child, alone', value(['alone', ALONE, 'switches'])),
  ...[16, 64].flatMap((limit) => {
    const name = `${row.TRUE}, ${limit} at a time`
    return [
      atLeast(0.93, `children a second, ${limit} at a time, of C`, against(row.FLOOR, 'at-once', name, 'rate')),
      atLeast(1.1, `children a second, ${limit} at a time, of Bun.spawn`, against(BUN, 'at-once', name, 'rate')),
    ]
  }),
  atMost(5, '`group`, beyond a spawn without it', beyond(owning('group'), owning('plain'))),
  atMost(
    25,
    '`group` and `killOnParentExit`, beyond a spawn without them',
    beyond(owning('group and killOnParentExit'), owning('plain')),
  ),
  atMost(
    1.2,
    'CPU time of a spawn and exit among 4,000 live children, of one among none',
    times(
      ['live-children', crowd, 'process', row.atLevel(row.LIVE)],
      ['live-children', crowd, 'process', row.atLevel(0)],
    ),
  ),
  atMost(1200, "JavaScript's heap for a live child", value(['live-children', EACH, 'heap'])),
  atMost(2048, 'resident memory for a live child', value(['live-children', EACH, 'memory'])),
  atMost(1.005, 'descriptors for a live child', value(['live-children', EACH, 'fds'])),
  atMost(1, 'threads more for 4,000 live children', value(['live-children', EACH, 'threads'])),
  atMost(5, '100,000 children in a row: how late the event loop is (99.9 %)', value(['many-in-a-row', MANY, 'late'])),
  // 100 bytes for each child of the second half, because allocators and garbage collectors vary by a few megabytes.
  atMost(
    5e6,
    '100,000 children in a row: what the process grows by in their second half',
    value(['many-in-a-row', MANY, 'grownBy']),
  ),
  atMost(
    5e5,
    "100,000 children in a row: what JavaScript's heap grows by",
    value(['many-in-a-row', MANY, 'heapGrownBy']),
  ),
  ...(
    [
      ['0 GB', 0.25],
      ['1 GB', 0.01],
    ] as const
  ).map(([memory, limit]) =>
    atMost(
      limit,
      `a spawn() call of child_process replaced, ${memory}, of child_process`,
      times(['replaced', memory, 'call', row.REPLACED], ['replaced', memory, 'call', NODE]),
    ),
  ),
  atMost(0.95, 'from the exit to its promise, of child_process', against(NODE, 'exit-latency', 'one child', 'latency')),
  ...(['tryWait', 'kill'] as const).map((metric) => {
    const place = ['sync-calls', 'a running child', metric] as const
    return atMost(2, `${metrics[metric][0]}, beyond its system calls`, beyond(place, [...place, row.SYSTEM_CALLS]))
  }),
  ...[row.writesOf(4), row.writesOf(64), row.writesOf(128), row.ECHO].map((name) =>
    atLeast(1, `bytes a second ${name}, of child_process`, against(NODE, 'pipes', name, 'bytes')),
  ),
  atMost(1, `${row.PING_PONG}, of child_process`, against(NODE, 'pipes', row.PING_PONG, 'trip')),
  atMost(1, "CPU time of output(), 100 MB, of a 'data' collector", against(NODE, 'output', '100 MB', 'collectedCpu')),
  atMost(3, 'time to load, beyond an empty module', beyond(loading('shared-child'), loading(row.EMPTY))),
  atMost(0.6, "time to load, of that by napi-rs' loader", times(loading('shared-child'), loading(row.BY_LOADER))),
  atMost(500_000, 'size of a platform', value(['package', 'size', 'size', row.PLATFORM_PACKAGE])),
]

function owning(kind: string): Place {
  return ['control', row.NOTHING, 'time', kind]
}

function loading(subject: string): Place {
  return ['package', 'load', 'load', subject]
}

export function verdicts(findings: readonly Finding[]): Verdict[] {
  const find: Find = ([name, it, metric, subject = 'shared-child']) =>
    findings.find((each) => each.row === name && each.case === it && each.metric === metric && each.subject === subject)
  return goals.map(({ what, limit: [sign, limit], unit, measured }) => {
    const goal = `${sign} ${limit.toLocaleString('en')}${unit}`
    const spread = measured(find)
    if (spread === undefined) return { what, goal }
    const { median, least, most } = spread
    const holds = sign === '<=' ? median <= limit : median >= limit
    const missedBy = holds ? undefined : `${number((Math.abs(median - limit) / limit) * 100)} %`
    const range = least === most ? '' : ` (${number(least)} to ${number(most)})`
    return { what, goal, measured: `${number(median)}${unit}${range}`, holds, missedBy }
  })
}
