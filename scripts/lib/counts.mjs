// Counts tests: reads from the output of the test runners how many passed, failed and were skipped.
import { stripVTControlCharacters } from 'node:util'
import * as print from './console.mjs'

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} [reports] what each failure said, for the end of a long run
 */

/**
 * @param {readonly Counts[]} all
 * @returns {Counts}
 */
export const total = (all) =>
  all.reduce(
    (sum, { passed, failed, skipped, reports = [] }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
      reports: [...(sum.reports ?? []), ...reports],
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )

/**
 * @param {Counts} counts
 * @param {string} report
 */
export function countFailure(counts, report) {
  counts.failed += 1
  counts.reports = [...(counts.reports ?? []), report.slice(0, longestReport)]
}

/** Characters: what a log of CI can show whole. */
const longestReport = 5000

/** @param {Counts} counts */
export const sentence = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`

/** Runs checks one after the other, prints a line for each, and counts them. */
export function checks() {
  /** @type {Counts} */
  const counts = { passed: 0, failed: 0, skipped: 0 }
  /** @type {(name: string, work: () => unknown) => Promise<boolean>} what it throws is what is wrong; resolves with whether it passed */
  const check = async (name, work) => {
    const start = performance.now()
    try {
      await work()
      counts.passed += 1
      print.done(name, performance.now() - start)
      return true
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      countFailure(counts, `${name}: ${reason}`)
      print.failed(name, reason)
      return false
    }
  }
  /** @type {(name: string, reason: string, count?: number) => void} */
  const skip = (name, reason, count = 1) => {
    counts.skipped += count
    print.skipped(name, reason)
  }
  return { counts, check, skip }
}

/**
 * Checks that a table of a document states which versions of the tools were used: each in its own row, in the second column.
 * @param {ReturnType<typeof checks>['check']} check
 * @param {string} markdown
 * @param {Record<string, string>} versions
 */
export async function checkVersions(check, markdown, versions) {
  for (const [tool, version] of Object.entries(versions)) {
    const row = `| ${tool} | ${version} |`
    await check(`${tool} ${version} is in the table`, () => {
      if (!markdown.includes(row)) throw new print.Trouble(`Expected ${row}`)
    })
  }
}

/**
 * Prints the closing table: a line for each part of a run, red if something failed.
 * @param {string} title
 * @param {readonly { name: string, counts: Counts, ms: number }[]} rows
 */
export function table(title, rows) {
  print.heading(title)
  const width = Math.max(...rows.map(({ name }) => name.length)) + 2
  for (const { name, counts, ms } of rows) {
    const line = `${name.padEnd(width)} ${sentence(counts)} (${print.duration(ms)})`
    console.log(counts.failed > 0 ? print.paint('red', line) : line)
  }
}

/**
 * What failed, once more; the last line, which is the sum; and the exit code: nothing may have failed, and something must have run.
 * @param {readonly { name: string, counts: Counts }[]} rows
 */
export function conclude(rows) {
  const sum = total(rows.map(({ counts }) => counts))
  for (const { name, counts } of rows) {
    for (const report of counts.reports ?? []) print.failed(name, report)
  }
  if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1
  console.log(`\n${sentence(sum)}`)
}

/**
 * @param {string} output
 * @param {RegExp} pattern with one group, a number
 */
const sum = (output, pattern) => [...output.matchAll(pattern)].reduce((n, match) => n + Number(match[1]), 0)

/**
 * If a runner failed without a failed test (because a file did not compile, or it crashed), that counts as one failed test.
 * @param {Counts} counts
 * @param {boolean} ok
 * @param {string} text what it printed
 * @param {RegExp} failures where its own report of what failed begins
 * @returns {Counts}
 */
function settle(counts, ok, text, failures) {
  if (ok) return counts
  const start = text.search(failures)
  const report = start === -1 ? text.slice(-longestReport) : text.slice(start, start + longestReport)
  return { ...counts, failed: Math.max(counts.failed, 1), reports: [report.trim()] }
}

/**
 * Reads the output of cargo test, which has one closing line for each test binary. A filtered one belongs to a test that ran itself in its own process.
 * @param {import('./run.mjs').Outcome} outcome
 */
export function cargoCounts({ ok, output }) {
  const text = stripVTControlCharacters(output)
  return settle(
    {
      passed: sum(text, /^test result: .* (\d+) passed;.* 0 filtered out/gm),
      failed: sum(text, /^test result: .* (\d+) failed;.* 0 filtered out/gm),
      skipped: sum(text, /^test result: .* (\d+) ignored;.* 0 filtered out/gm),
    },
    ok,
    text,
    /^(?:failures:$|error)/m,
  )
}

/**
 * ava: its closing lines leave out the passed tests when one failed, so those are counted one by one then. (Not always: what else
 * writes to the same output may break a line.)
 * @param {import('./run.mjs').Outcome} outcome
 */
export function avaCounts({ ok, output }) {
  const text = stripVTControlCharacters(output)
  return settle(
    {
      passed: sum(text, /^ +(\d+) tests? passed$/gm) || [...text.matchAll(/^ *[✔√] /gm)].length,
      failed: sum(text, /^ +(\d+) (?:tests?|hooks?) failed$/gm),
      skipped: sum(text, /^ +(\d+) tests? (?:skipped|todo)$/gm),
    },
    ok,
    text,
    /^ +─$/m,
  )
}

/**
 * Returns the reasons why tests were skipped, which are in their titles (`testUnless` in __test__/support), the most common first.
 * @param {string} output of ava
 * @returns {[reason: string, count: number][]}
 */
export function skipReasons(output) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  for (const [, reason] of stripVTControlCharacters(output).matchAll(/^ *- \[skip\].*\(skipped: (.*)\)$/gm)) {
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return [...counts].toSorted(([, a], [, b]) => b - a)
}
