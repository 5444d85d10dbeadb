// Writes the results of a run, as a page to read and as data.
import { mkdirSync, writeFileSync } from 'node:fs'
import { metrics, type Finding, type Metric } from './bench.js'
import type { Verdict } from './goals.js'
import type { Machine } from './machine.js'
import { inRoot } from './places.js'
import { plot } from './plot.js'
import { rows } from './rows.js'
import { compared, number, quotient } from './statistics.js'

export interface Report {
  readonly date: string
  /** Whether the run was complete, on a machine that did nothing else: only then its results are worth committing. */
  readonly complete: boolean
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly leftOut: readonly string[]
  readonly verdicts: readonly Verdict[]
  readonly findings: readonly Finding[]
}

/** Returns a table in Markdown with aligned columns, so that it can be read on a terminal, too. */
export function table(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = header.map((title, at) => Math.max(title.length, ...lines.map((line) => (line[at] ?? '').length), 3))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`
  return [line(header), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...lines.map(line)].join('\n')
}

export const verdictTable = (verdicts: readonly Verdict[]): string =>
  table(
    ['what', 'goal', 'measured', 'verdict'],
    verdicts.map(({ what, goal, measured, holds, missedBy }) => [
      what,
      goal,
      measured ?? 'not in this run',
      holds === undefined ? '-' : holds ? 'holds' : `**missed by ${missedBy}**`,
    ]),
  )

/** Returns a table for each case. */
export function caseTables(findings: readonly Finding[]): string[] {
  const nameOf = ({ row, case: name }: Finding): string => `${row}: ${name}`
  const tableOf = (name: string): string => caseTable(findings.filter((finding) => nameOf(finding) === name))
  return [...new Set(findings.map(nameOf))].flatMap((name) => ['', `### ${name}`, '', tableOf(name)])
}

function caseTable(findings: readonly Finding[]): string {
  const wanted = [...new Set(findings.map(({ metric }) => metric))]
  const subjects = [...new Set(findings.map(({ subject }) => subject))]
  const of = (metric: Metric, subject: string | undefined): Finding | undefined =>
    findings.find((finding) => finding.subject === subject && finding.metric === metric)
  const cells = (metric: Metric, subject: string): string[] => {
    const [finding, first] = [of(metric, subject), of(metric, subjects[0])]
    if (finding === undefined) return ['', '']
    const { median, p99, samples, rounds } = finding
    const ratio = finding === first ? undefined : compared(rounds, first?.rounds ?? [], quotient)
    return [
      samples > 1 ? `${number(median)} (${number(p99)})` : number(median),
      ratio === undefined ? '' : `${number(ratio.median)} (${number(ratio.least)} to ${number(ratio.most)})`,
    ]
  }
  return table(
    ['', ...wanted.flatMap((metric) => [metrics[metric].filter((part) => part !== '').join(', '), 'x'])],
    subjects.map((subject) => [subject].concat(wanted.flatMap((metric) => cells(metric, subject)))),
  )
}

function markdown(report: Report): string {
  const { date, complete, machine, versions, leftOut, verdicts, findings } = report
  const { cpu, cores, memory, kernel, load, busy } = machine
  const about = [
    `${date}. ${cpu}, ${cores} cores, ${memory}, ${kernel}; load average ${load.join(' ')}, ${number(busy * 100)} % busy before the run.`,
    ...(complete ? [] : ['**Not a complete run on a quiet machine: no base for a verdict.**']),
    `${Object.entries(versions)
      .map(([name, version]) => `${name}: ${version}`)
      .join('; ')}.`,
    ...leftOut.map((what) => `Left out: ${what}.`),
  ]
  const sections = rows.flatMap(({ name, about: question }) => {
    const its = findings.filter(({ row }) => row === name)
    return its.length === 0 ? [] : ['', `## ${name}`, '', question].concat(caseTables(its))
  })
  return `# Results of \`npm run bench\`

How to read this: [docs/performance.md](../../docs/performance.md). Each figure is a median, with the 99th percentile
in brackets; x is how many times the first line of its table it is, the median of the rounds, with the least and the
most of them. Times of one machine say little of another: compare the lines of one table.

${about.join('\n\n')}

## What must hold

${verdictTable(verdicts)}
${sections.join('\n')}
`
}

/** Writes the results, and returns the names of the files. Only those of a complete run are committed: see results/.gitignore. */
export function writeReport(report: Report): string[] {
  const { findings, verdicts, ...about } = report
  const list = (name: string, items: readonly object[]): string =>
    ` "${name}": [\n${items.map((item) => `  ${JSON.stringify(item)}`).join(',\n')}\n ]`
  const head = JSON.stringify(about, null, 1).replace(/\n\}$/, '')
  const texts = {
    json: `${head},\n${list('verdicts', verdicts)},\n${list('findings', findings)}\n}\n`,
    md: markdown(report),
    svg: plot(findings),
  }
  mkdirSync(inRoot('bench', 'results'), { recursive: true })
  return Object.entries(texts).flatMap(([extension, text]) => {
    if (text === null) return []
    const file = `bench/results/${report.complete ? 'full' : 'partial'}.${extension}`
    writeFileSync(inRoot(file), text)
    return [file]
  })
}
