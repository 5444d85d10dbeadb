// npm run bench:instructions: how many instructions the core's own work takes, counted by callgrind and compared with the
// committed counts. They are the same on a busy machine, so that a regression shows where no clock would tell.
//   npm run bench:instructions -- [--update]
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs, promisify } from 'node:util'
import { compileRust, rustProgram } from './native.js'
import { inCache, inRoot } from './places.js'
import { number, table } from './report/format.js'

const run = promisify(execFile)

/** More than this is a change: another compiler or C library already makes for a percent or two. */
const TOLERANCE = 0.05

const committedFile = inRoot('bench', 'instructions.json')
type Counts = Record<string, number>

/** Of the same size everywhere: one of the counts is that of a copy of it. */
const environment = Object.fromEntries(Array.from({ length: 35 }, (_, i) => [`VARIABLE_${i + 10}`, 'x'.repeat(20)]))

/** Instructions of one run of the program, its start and end included. */
async function count(what: string, times: number): Promise<number> {
  const out = inCache('callgrind.out')
  const args = ['--tool=callgrind', `--callgrind-out-file=${out}`, rustProgram('instructions'), what, String(times)]
  await run('valgrind', args, { env: { ...environment, PATH: process.env['PATH'] } })
  return Number(/^(?:summary|totals): (\d+)/m.exec(readFileSync(out, 'latin1'))![1])
}

/** Of one more time. */
async function countOne(what: string): Promise<number> {
  const [few, many] = [20, 120]
  return Math.round(((await count(what, many)) - (await count(what, few))) / (many - few))
}

async function countAll(): Promise<Counts> {
  const { stdout } = await run(rustProgram('instructions'), ['--list', '0'])
  const counts: Counts = {}
  for (const what of stdout.trim().split('\n')) {
    console.log(`counting: ${what}`)
    counts[what] = await countOne(what)
  }
  return counts
}

function verdict(committed: number | undefined, counted: number): string {
  if (committed === undefined) return 'new: commit it with --update'
  const change = counted / committed - 1
  const percent = `${change < 0 ? '' : '+'}${number(change * 100)} %`
  if (change > TOLERANCE) return `**${percent}: more than before**`
  return change < -TOLERANCE ? `${percent}: less, commit it with --update` : percent
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } })
  await compileRust()
  const counts = await countAll()
  if (values.update) writeFileSync(committedFile, `${JSON.stringify(counts, null, 2)}\n`)
  const committed = JSON.parse(readFileSync(committedFile, 'utf8')) as Counts
  const lines = Object.entries(counts).map(([what, counted]) => ({
    what,
    counted,
    committed: committed[what],
    verdict: verdict(committed[what], counted),
  }))
  const cells = lines.map((line) => [line.what, String(line.committed ?? '-'), String(line.counted), line.verdict])
  console.log(`\n${table(['instructions to', 'committed', 'counted', 'change'], cells)}`)
  if (lines.some((line) => line.counted > (line.committed ?? Infinity) * (1 + TOLERANCE))) process.exitCode = 1
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
