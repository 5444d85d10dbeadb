// The report as a page to read.
import type { Verdict } from '../goals.js'
import { grouped, type Finding, type Metric } from '../results.js'
import { rows } from '../rows/index.js'
import { number, table } from './format.js'
import type { Report } from './report.js'

export const markdown = (report: Report): string =>
  [
    '# Results of `npm run bench`',
    '',
    'How to read this: [docs/performance.md](../../docs/performance.md). Each figure is a median, with the 99th percentile',
    'in brackets; x is how many times the first line of its table it is, the median of the rounds. Times of one machine',
    'say little of another: compare the lines of one table.',
    '',
    aboutRun(report),
    '',
    '## What must hold',
    '',
    verdictTable(report.verdicts),
    ...rows.flatMap(({ name, about }) => section(name, about, report.findings)),
    '',
  ].join('\n')

function aboutRun({ date, complete, machine, versions, leftOut }: Report): string {
  const { cpu, cores, memory, kernel, load, busy } = machine
  const lines = [
    `${date}. ${cpu}, ${cores} cores, ${memory}, ${kernel}; load average ${load.join(' ')}, ${number(busy * 100)} % busy before the run.`,
    ...(complete ? [] : ['**Not a complete run on a quiet machine: no base for a verdict.**']),
    Object.entries(versions)
      .map(([name, version]) => `${name}: ${version}`)
      .join('; '),
    ...leftOut.map((what) => `Left out: ${what}`),
  ]
  return lines.join('\n\n')
}

export const verdictTable = (verdicts: readonly Verdict[]): string =>
  table(
    ['what', 'goal', 'measured', 'verdict'],
    verdicts.map(({ what, goal, measured, holds }) => [what, goal, measured ?? 'not in this run', word(holds)]),
  )

function word(holds: boolean | undefined): string {
  if (holds === undefined) return '-'
  return holds ? 'holds' : '**does not hold**'
}

function section(row: string, about: string, all: readonly Finding[]): string[] {
  const findings = all.filter((finding) => finding.row === row)
  if (findings.length === 0) return []
  const cases = grouped(findings, (finding) => finding.case)
  return ['', `## ${row}`, '', about, ...cases.flatMap(([name, its]) => ['', `### ${name}`, '', caseTable(its)])]
}

export function caseTable(findings: readonly Finding[]): string {
  const metrics = [...new Map(findings.map(({ metric }) => [metric.key, metric])).values()]
  const subjects = [...new Set(findings.map(({ subject }) => subject))]
  const of = (subject: string, { key }: Metric): Finding | undefined =>
    findings.find((finding) => finding.subject === subject && finding.metric.key === key)
  return table(
    ['', ...metrics.flatMap(titles)],
    subjects.map((subject) => [subject].concat(metrics.flatMap((metric) => cells(metric, of(subject, metric))))),
  )
}

function titles({ name, unit, hasRatio }: Metric): string[] {
  const title = unit === '' ? name : `${name}, ${unit}`
  return hasRatio === false ? [title] : [title, 'x']
}

function cells({ hasRatio }: Metric, finding: Finding | undefined): string[] {
  if (finding === undefined) return hasRatio === false ? [''] : ['', '']
  const { median, p99, samples, ratio } = finding
  const value = samples > 1 ? `${number(median)} (${number(p99)})` : number(median)
  const quotient = ratio === null ? '' : `${number(ratio.median)} (${number(ratio.least)} to ${number(ratio.most)})`
  return hasRatio === false ? [value] : [value, quotient]
}
