// npm run bench:instructions counts instead of measuring times, so that a busy machine does not matter: instructions,
// system calls and bytes. A count that has grown beyond its tolerance fails, even if no clock would show it.
//   npm run bench:instructions -- [--update]      writes the counts into instructions.json, which is committed
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compilePrograms, run } from './hosts.js'
import { inCache, inRoot } from './places.js'
import { table } from './report.js'
import { number } from './statistics.js'

const committedFile = inRoot('bench', 'instructions.json')
type Counts = Record<string, number>

/** An environment of the same size everywhere, because it is copied for each child. */
const environment = Object.fromEntries(Array.from({ length: 35 }, (_, i) => [`VARIABLE_${i + 10}`, 'x'.repeat(20)]))
const env = { ...environment, PATH: process.env['PATH'] }

const program = inRoot('build', 'bench', 'counted.js')
/** Makes V8 do all of its work on this thread, at the same points, and not on others when they have time. */
const node = ['--single-threaded', '--hash-seed=1', '--random-seed=1', program]

const scratch = inCache('counts')

/** Runs the program under a tool, and returns what it prints. */
async function counted(tool: string, ...args: (string | number)[]): Promise<string> {
  rmSync(scratch, { recursive: true, force: true })
  await run('mkdir', ['-p', scratch])
  return (await run(tool, args.map(String), { env, maxBuffer: 1e8 })).stdout
}

/** The instructions of one more call, on the JavaScript thread and, if they take part, on all other threads. */
async function instructions(what: string, from: number, to: number): Promise<{ thread: number; others: number }> {
  const options = ['--smc-check=all-non-file', '--separate-threads=yes', '--dump-before=uv_getrusage']
  const out = `--callgrind-out-file=${join(scratch, 'out')}`
  await counted(
    'valgrind',
    '-q',
    '--tool=callgrind',
    ...options,
    out,
    process.execPath,
    ...node,
    'calls',
    what,
    from,
    to,
  )
  const totals = readdirSync(scratch).map((name) => {
    const [, total] = /^totals: (\d+)/m.exec(readFileSync(join(scratch, name), 'latin1')) ?? []
    return { name, total: Number(total ?? 0) }
  })
  const others = totals.filter(({ name }) => !name.endsWith('-01')).reduce((sum, { total }) => sum + total, 0)
  return { thread: totals.find(({ name }) => name === 'out.2-01')!.total / (to - from), others: others / to }
}

/** The system calls of all threads of the parent, but not of its children, for one more child. */
async function systemCalls(from: number, to: number): Promise<number> {
  const trace = join(scratch, 'trace')
  const stdout = await counted('strace', '-f', '-o', trace, process.execPath, ...node, 'calls', 'spawn', from, to)
  const own = new Set(JSON.parse(stdout.trim()) as string[])
  // A call that was interrupted by another thread's call is on two lines.
  const lines = readFileSync(trace, 'latin1')
    .split('\n')
    .filter((line) => !/ (?:<\.\.\. |---|\+\+\+)/.test(line))
  const marks = lines.flatMap((line, at) => (/^\d+ +getrusage\(/.test(line) ? [at] : []))
  const between = lines.slice(marks.at(-2)! + 1, marks.at(-1))
  return between.filter((line) => own.has(line.split(' ', 1)[0]!)).length / (to - from)
}

interface Count {
  /** What has to be installed. */
  readonly tool: string
  /** By how much it may differ between runs and between compilers. */
  readonly tolerance: number
  readonly count: () => Promise<Counts>
}

const counts: readonly Count[] = [
  {
    tool: 'valgrind',
    tolerance: 0.03,
    async count() {
      const spawn = await instructions('spawn', 2000, 4000)
      return {
        'instructions of the JS thread: a spawn and exit': spawn.thread,
        // valgrind does not share memory with a child, so the clone is a fork here; everything else is as usual.
        'instructions of the other threads: a spawn and exit, by the fork fallback': spawn.others,
        'instructions: tryWaitSync() on a running child': (await instructions('tryWaitSync', 2000, 20_000)).thread,
        'instructions: sendSignalSync() to a running child': (await instructions('sendSignalSync', 2000, 20_000))
          .thread,
      }
    },
  },
  {
    tool: 'strace',
    tolerance: 0.05,
    count: async () => ({ "system calls of all the parent's threads: a spawn and exit": await systemCalls(50, 250) }),
  },
  {
    tool: process.execPath,
    tolerance: 0.05,
    async count() {
      const runs: number[] = []
      for (let i = 0; i < 3; i++) {
        runs.push(Number(await counted(process.execPath, '--expose-gc', ...node, 'heap', 500, 1500)))
      }
      // The least, because garbage that is not collected yet only adds to it.
      return { "bytes of JavaScript's heap: a live child": Math.min(...runs) }
    },
  },
]

function verdict(committed: number | undefined, now: number, tolerance: number): { text: string; grown: boolean } {
  if (committed === undefined) return { text: 'new: commit it with --update', grown: true }
  const change = now / committed - 1
  const percent = `${change < 0 ? '' : '+'}${number(change * 100)} %`
  if (change > tolerance) return { text: `**${percent}: more than before**`, grown: true }
  return { text: change < -tolerance ? `${percent}: less, commit it with --update` : percent, grown: false }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } })
  await compilePrograms()
  const committed = JSON.parse(readFileSync(committedFile, 'utf8')) as Counts
  const found: Counts = {}
  const lines: string[][] = []
  for (const { tool, tolerance, count } of counts) {
    const there = await run(tool, ['--version']).then(
      () => true,
      () => false,
    )
    if (!there && values.update) throw new Error(`Expected ${tool} on this machine, to update all counts`)
    if (!there) console.log(`left out: what needs ${tool}, which is not installed`)
    for (const [what, exact] of Object.entries(there ? await count() : {})) {
      const now = Math.round(exact * 10) / 10
      found[what] = now
      const { text, grown } = verdict(committed[what], now, tolerance)
      lines.push([what, String(committed[what] ?? '-'), String(now), text])
      if (grown && !values.update) process.exitCode = 1
    }
  }
  console.log(`\n${table(['for one more', 'committed', 'counted', 'change'], lines)}`)
  if (values.update) writeFileSync(committedFile, `${JSON.stringify(found, null, 2)}\n`)
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
