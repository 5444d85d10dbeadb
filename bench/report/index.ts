// What a run leaves behind, and where.
import { mkdirSync, writeFileSync } from 'node:fs'
import { inRoot } from '../places.js'
import { markdown } from './markdown.js'
import { plot } from './plot.js'
import type { Report } from './report.js'

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
