// What a run leaves behind, and where.
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Verdict } from '../goals.js'
import type { Machine } from '../machine.js'
import { inRoot } from '../places.js'
import type { Finding } from '../results.js'
import { markdown } from './markdown.js'
import { plot } from './plot.js'

export interface Report {
  readonly date: string
  /** The whole of it, by a machine that did nothing else: worth to be committed. */
  readonly complete: boolean
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly leftOut: readonly string[]
  readonly verdicts: readonly Verdict[]
  readonly findings: readonly Finding[]
}

/** Writes all three files, and returns their names. Only those of a complete run are for git: see results/.gitignore. */
export function writeReport(report: Report): string[] {
  const name = report.complete ? 'full' : 'partial'
  mkdirSync(inRoot('bench', 'results'), { recursive: true })
  const write = (extension: string, text: string): string => {
    const file = `bench/results/${name}.${extension}`
    writeFileSync(inRoot(file), text)
    return file
  }
  const files = [write('json', `${JSON.stringify(report, null, 1)}\n`), write('md', markdown(report))]
  const svg = plot(report.findings)
  return svg === null ? files : [...files, write('svg', svg)]
}
