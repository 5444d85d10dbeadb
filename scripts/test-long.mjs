// npm run test:long runs tests with faults, races and hostile hosts many times, and prints one line for each, with its counts.
//   node scripts/test-long.mjs [--quick] [NAME...]      default: all, with the long counts
// Each test is a program of __test__/long that exits with 1 if a promise was broken. docs/safety.md says which promise each one proves.
// `npm test` runs them with the quick counts.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'
import { duration, paint, runMain, skipped, Trouble } from './lib/console.mjs'
import { countFailure, sentence } from './lib/counts.mjs'
import { fallbacks } from './lib/fallbacks.mjs'
import { cargoTarget, inRoot } from './lib/project.mjs'
import { attempt } from './lib/run.mjs'
import { setup } from './setup.mjs'

/** Runs a test in its own pid namespace, in which root may choose the next pid. The namespace ends with its first process. */
const ownPids = ['unshare', '--kill-child', '-pf', '--mount-proc']
/** Runs a test in its own process group, because the storm's signals must not reach other processes. */
const ownGroup = ['setsid', '-w']

/** After how many seconds a test hangs, quick and long. On a busy machine, everything takes several times as long as on a quiet one. */
const limits = { quick: 300, long: 7200 }

/** Runs the behaviour tests, which `cargo test` builds, with a tool that stands between them and the kernel. */
const behaviour = 'cargo test --locked --no-default-features --test behaviour -- --test-threads=1'.split(' ')
/** @param {string[]} names of tests that the tool itself cannot run */
const skip = (...names) => names.flatMap((name) => ['--skip', name])

const reusing = { wrapper: ownPids, needs: ['root', 'unshare', 'perl'] }
const withCc = { needs: ['cc'] }
const inStorm = { wrapper: ownGroup, ...withCc }
const withStrace = { needs: ['strace'] }

/**
 * @typedef {object} LongTest
 * @property {string} name of a program of __test__/long, and in brackets a fallback that is forced, or the variant that it is told
 * @property {string[]} [command] instead of such a program
 * @property {string[]} [wrapper]
 * @property {string[]} [node] options of Node
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [quick] the count in npm test; if undefined, npm test does not run it
 * @property {number} [long]
 * @property {string[]} [needs] programs, or 'root'
 * @property {string} [mustSay] for a mutant, the broken promise that the run must report
 */

/** @type {LongTest[]} */
const tests = [
  { name: 'no-path-signals-a-reused-pid', quick: 200, long: 5000, ...reusing },
  // This is a mutant: it signals by number.
  {
    name: 'no-path-signals-a-reused-pid (by-pid)',
    quick: 24,
    long: 200,
    ...reusing,
    mustSay: 'innocents were signalled',
  },
  {
    name: 'three workers race for reused pids',
    command: [process.execPath, join('build', '__test__', 'support', 'scripts', 'reuse-pids.js')],
    long: 5000,
    ...reusing,
  },
  { name: 'spawns-are-right-in-a-storm', quick: 5000, long: 200_000, ...inStorm },
  { name: 'spawns-are-right-in-a-storm (fork)', quick: 500, long: 20_000, ...inStorm },
  { name: 'spawns-are-right-in-a-storm (threads)', quick: 500, long: 20_000, ...inStorm },
  { name: 'no-fd-of-a-full-table-reaches-a-child', quick: 30, long: 1000, ...withCc },
  { name: 'no-fd-of-a-full-table-reaches-a-child (without-close_range)', quick: 10, long: 300, ...withCc },
  { name: 'a-host-may-refuse-system-calls', long: 2, ...withCc },
  { name: 'a-system-call-may-fail-at-any-point', quick: 2, long: 4, ...withStrace },
  { name: 'a-system-call-may-fail-at-any-point (fork)', long: 4, ...withStrace },
  { name: 'a-wait-outlasts-a-tracer', quick: 10, long: 500, ...withCc },
  { name: 'a-wait-outlasts-a-tracer (threads)', long: 100, ...withCc },
  { name: 'a-wait-outlasts-a-tracer (without-threads)', quick: 2, long: 100, ...withCc },
  { name: 'libuv-may-come-and-go', quick: 200, long: 5000 },
  { name: 'workers-are-terminated-at-any-point', quick: 60, long: 10_000 },
  { name: 'hosts-end-at-any-point', quick: 16, long: 500 },
  { name: 'sixteen-threads-load-the-module-at-once', quick: 2, long: 50 },
  { name: 'handles-are-dropped-at-any-point', node: ['--expose-gc'], quick: 500, long: 20_000 },
  { name: 'fuzz-the-public-api', quick: 300, long: 20_000 },
  { name: 'fuzz-the-binding', quick: 1000, long: 50_000 },
  {
    name: 'the behaviour tests under valgrind',
    // If a program cannot be executed, valgrind itself dies, sometimes of SIGSEGV.
    command: [
      ...behaviour,
      ...skip('a_script_whose_interpreter_is_missing', 'a_script_without_an_interpreter_line', 'too_many_arguments'),
    ],
    env: runBy(`valgrind -q --error-exitcode=99 --suppressions=${inRoot('__test__', 'long', 'valgrind.supp')}`),
    needs: ['valgrind'],
  },
  {
    name: 'the behaviour tests under qemu-user',
    // qemu does not support PIDFD_GET_INFO, reserves real-time signals, and makes up /proc/self/stat.
    command: [
      ...behaviour,
      ...skip('and_an_attached_one_stays_in_its_parents', 'a_child_of_our_own_that_someone_reaped'),
      ...skip('a_foreign_reaper_races_with_waiters_of_a_child_of_our_own', 'every_signal_that_ends_a_process'),
    ],
    env: runBy('qemu-x86_64-static'),
    needs: ['qemu-x86_64-static'],
  },
]

/** @param {string} runner what cargo is to run test programs with */
function runBy(runner) {
  return {
    CARGO_TARGET_DIR: cargoTarget,
    CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER: runner,
    SHARED_CHILD_TEST_SECONDS: '600',
  }
}

/**
 * Returns what this machine lacks, or undefined.
 * @param {readonly string[]} needs
 */
function lacking(needs) {
  if (process.platform !== 'linux') return 'Linux'
  const folders = (process.env.PATH ?? '').split(delimiter)
  return needs.find((need) =>
    need === 'root' ? process.getuid?.() !== 0 : !folders.some((folder) => existsSync(join(folder, need))),
  )
}

/**
 * Returns the figures of one of our programs, or the total of the test runner.
 * @param {string} output
 */
const figuresOf = (output) => /^(?:\{.*\}|test result: .*)$/m.exec(output)?.[0] ?? ''

/**
 * @param {{ quick?: boolean, names?: readonly string[] }} [options]
 * @returns {Promise<import('./lib/counts.mjs').Counts>}
 */
export async function testLong({ quick = false, names = [] } = {}) {
  const wanted = tests.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)))
  if (wanted.length === 0) throw new Trouble(`Expected one of ${tests.map(({ name }) => name).join(', ')}`)
  /** @type {import('./lib/counts.mjs').Counts} */
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const test of wanted) {
    const count = quick ? test.quick : test.long
    if (quick && count === undefined) continue
    const lacks = lacking(test.needs ?? [])
    if (lacks !== undefined) {
      counts.skipped += 1
      skipped(test.name, `needs ${lacks}`)
      continue
    }
    const [, program = '', variant = ''] = /^(.*?)(?: \((.*)\))?$/.exec(test.name) ?? []
    const script = join('build', '__test__', 'long', `${program}.js`)
    const command = [
      ...(test.wrapper ?? []),
      ...(test.command ?? [process.execPath, '--enable-source-maps', ...(test.node ?? []), script]),
      ...(count === undefined ? [] : [`${count}`]),
      ...(variant === '' || Object.hasOwn(fallbacks, variant) ? [] : [variant]),
    ]
    const env = { ...fallbacks[variant], ...test.env }
    const start = performance.now()
    const [file = '', ...args] = command
    const options = { env, quiet: true, seconds: limits[quick ? 'quick' : 'long'] }
    const { ok, how, output } = await attempt(file, args, options)
    const good = test.mustSay === undefined ? ok : how === 'exit code 1' && output.includes(test.mustSay)
    const report = `${test.name}: ${how}: ${command.join(' ')}\n${output}`
    if (good) counts.passed += 1
    else countFailure(counts, report)
    const time = paint('dim', `(${duration(performance.now() - start)})`)
    if (good) console.log(`${paint('green', 'ok'.padEnd(7))} ${test.name} ${figuresOf(output)} ${time}`)
    else console.log(`${paint('red', 'FAILED ')} ${report} ${time}`)
  }
  return counts
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  runMain(async () => {
    const args = argv.slice(2)
    await setup()
    const counts = await testLong({
      quick: args.includes('--quick'),
      names: args.filter((arg) => !arg.startsWith('--')),
    })
    console.log(`\n${sentence(counts)}`)
    if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1
  })
}
