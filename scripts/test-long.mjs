// npm run test:long: faults, races and hostile hosts, many times over. One line each, with what was counted.
//   node scripts/test-long.mjs [--quick] [NAME...]      default: all, with the long counts
// Each is a program of __test__/long that ends with 1 when a promise was broken. docs/safety.md says which promise each one proves.
// `npm test` runs them with the quick counts.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'
import { duration, paint, runMain, skipped, Trouble } from './lib/console.mjs'
import { sentence } from './lib/counts.mjs'
import { cargoTarget, inRoot, root } from './lib/project.mjs'
import { setup } from './setup.mjs'

/** A pid namespace of its own, in which root may choose the next pid. It ends with its first process. */
const ownPids = ['unshare', '--kill-child', '-pf', '--mount-proc']
/** A process group of its own: the storm's signals must reach nobody else. */
const ownGroup = ['setsid', '-w']

/** On a busy machine it all takes several times as long: the quick limits, for what hangs, are as many times as large. */
const patience = 3

const fork = { SHARED_CHILD_ENGINE: 'fork' }
const threads = { SHARED_CHILD_REACTOR: 'threads' }

/** The behaviour tests, the program that `cargo test` builds, run by something that is no ordinary kernel. */
const behaviour = ['cargo', 'test', '--locked', '--no-default-features', '--test', 'behaviour', '--']
const oneByOne = ['--test-threads=1']
/** @param {string[]} names of tests that the tool itself cannot run */
const skip = (...names) => names.flatMap((name) => ['--skip', name])

/**
 * @typedef {object} LongTest
 * @property {string} name what its line is called
 * @property {string} [program] of __test__/long; default: the name
 * @property {string[]} [command] instead of a program of __test__/long
 * @property {string[]} [wrapper]
 * @property {string[]} [node] options of Node
 * @property {string} [variant]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [quick] how often in npm test; none: not there
 * @property {number} [long]
 * @property {[number, number]} seconds its limits, quick and long
 * @property {string[]} [needs] programs, or 'root'
 * @property {string} [mustSay] a mutant: the broken promise that the run must tell
 */

/** @type {LongTest[]} */
const tests = [
  {
    name: 'no-path-signals-a-reused-pid',
    wrapper: ownPids,
    quick: 200,
    long: 5000,
    seconds: [60, 1800],
    needs: ['root', 'unshare', 'perl'],
  },
  {
    name: 'no-path-signals-a-reused-pid (mutant: by number)',
    program: 'no-path-signals-a-reused-pid',
    variant: 'by-pid',
    wrapper: ownPids,
    quick: 24,
    long: 200,
    seconds: [60, 300],
    needs: ['root', 'unshare', 'perl'],
    mustSay: 'innocents were signalled',
  },
  {
    name: 'three workers race for reused pids',
    command: [process.execPath, join('build', '__test__', 'support', 'scripts', 'reuse-pids.js')],
    wrapper: ownPids,
    long: 5000,
    seconds: [0, 3600],
    needs: ['root', 'unshare', 'perl'],
  },
  {
    name: 'spawns-are-right-in-a-storm',
    wrapper: ownGroup,
    quick: 5000,
    long: 200_000,
    seconds: [90, 3600],
    needs: ['cc'],
  },
  {
    name: 'spawns-are-right-in-a-storm (fork)',
    program: 'spawns-are-right-in-a-storm',
    wrapper: ownGroup,
    env: fork,
    quick: 500,
    long: 20_000,
    seconds: [60, 3600],
    needs: ['cc'],
  },
  {
    name: 'spawns-are-right-in-a-storm (threads)',
    program: 'spawns-are-right-in-a-storm',
    wrapper: ownGroup,
    env: threads,
    quick: 500,
    long: 20_000,
    seconds: [60, 3600],
    needs: ['cc'],
  },
  { name: 'no-fd-of-a-full-table-reaches-a-child', quick: 30, long: 1000, seconds: [60, 900], needs: ['cc'] },
  {
    name: 'no-fd-of-a-full-table-reaches-a-child (without close_range)',
    program: 'no-fd-of-a-full-table-reaches-a-child',
    variant: 'without-close_range',
    quick: 10,
    long: 300,
    seconds: [60, 900],
    needs: ['cc'],
  },
  { name: 'a-host-may-refuse-system-calls', long: 2, seconds: [0, 900], needs: ['cc'] },
  { name: 'a-system-call-may-fail-at-any-point', quick: 2, long: 4, seconds: [90, 3600], needs: ['strace'] },
  {
    name: 'a-system-call-may-fail-at-any-point (fork)',
    program: 'a-system-call-may-fail-at-any-point',
    env: fork,
    long: 4,
    seconds: [0, 3600],
    needs: ['strace'],
  },
  { name: 'a-wait-outlasts-a-tracer', quick: 10, long: 500, seconds: [60, 900], needs: ['cc'] },
  {
    name: 'a-wait-outlasts-a-tracer (threads)',
    program: 'a-wait-outlasts-a-tracer',
    env: threads,
    long: 100,
    seconds: [0, 900],
    needs: ['cc'],
  },
  {
    name: 'a-wait-outlasts-a-tracer (without threads)',
    program: 'a-wait-outlasts-a-tracer',
    variant: 'without-threads',
    quick: 2,
    long: 100,
    seconds: [60, 900],
    needs: ['cc'],
  },
  { name: 'libuv-may-come-and-go', quick: 200, long: 5000, seconds: [60, 900] },
  { name: 'workers-are-terminated-at-any-point', quick: 60, long: 10_000, seconds: [90, 7200] },
  { name: 'hosts-end-at-any-point', quick: 16, long: 500, seconds: [90, 1800] },
  { name: 'sixteen-threads-load-the-module-at-once', quick: 2, long: 50, seconds: [60, 900] },
  { name: 'handles-are-dropped-at-any-point', node: ['--expose-gc'], quick: 500, long: 20_000, seconds: [60, 900] },
  { name: 'fuzz-the-public-api', quick: 300, long: 20_000, seconds: [90, 3600] },
  { name: 'fuzz-the-binding', quick: 1000, long: 50_000, seconds: [60, 3600] },
  {
    name: 'the behaviour tests under valgrind',
    // valgrind ends itself, at times by SIGSEGV, when a program cannot be executed.
    command: [
      ...behaviour,
      ...oneByOne,
      ...skip('a_script_whose_interpreter_is_missing', 'a_script_without_an_interpreter_line', 'too_many_arguments'),
    ],
    env: {
      CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER: `valgrind -q --error-exitcode=99 --suppressions=${inRoot('__test__', 'long', 'valgrind.supp')}`,
      SHARED_CHILD_TEST_SECONDS: '600',
    },
    seconds: [0, 3600],
    needs: ['valgrind'],
  },
  {
    name: 'the behaviour tests under qemu-user',
    // It does not pass on PIDFD_GET_INFO, keeps real-time signals to itself, and writes /proc/self/stat as it likes.
    command: [
      ...behaviour,
      ...oneByOne,
      ...skip('and_an_attached_one_stays_in_its_parents', 'a_child_of_our_own_that_someone_reaped'),
      ...skip('a_foreign_reaper_races_with_waiters_of_a_child_of_our_own', 'every_signal_that_ends_a_process'),
    ],
    env: { CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER: 'qemu-x86_64-static', SHARED_CHILD_TEST_SECONDS: '600' },
    seconds: [0, 3600],
    needs: ['qemu-x86_64-static'],
  },
]

/**
 * What this machine lacks, or undefined.
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
 * Runs a command to its end, in a process group that is killed as a whole when its time is over.
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} env
 * @param {number} seconds
 * @returns {Promise<{ how: string, stdout: string, stderr: string }>}
 */
function runLimited([file = '', ...args], env, seconds) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (stderr += text))
    let late = false
    const timer = setTimeout(() => {
      late = true
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, seconds * 1000)
    child.once('error', (error) => resolve({ how: error.message, stdout, stderr }))
    // By 'exit', not 'close': what a broken test has started may hold its stdout.
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      const how = late ? `not done after ${seconds} s` : (signal ?? `exit code ${code}`)
      setImmediate(() => resolve({ how, stdout, stderr }))
    })
  })
}

/**
 * The figures of a program of ours, or the sum of the test runner.
 * @param {string} stdout
 */
const figuresOf = (stdout) => /^(?:\{.*\}|test result: .*)$/m.exec(stdout)?.[0] ?? ''

/**
 * @param {{ quick?: boolean, names?: readonly string[] }} [options]
 * @returns {Promise<import('./lib/counts.mjs').Counts>}
 */
export async function testLong({ quick = false, names = [] } = {}) {
  const wanted = tests.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)))
  if (wanted.length === 0) throw new Trouble(`Expected one of ${tests.map(({ name }) => name).join(', ')}`)
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
    const program = join('build', '__test__', 'long', `${test.program ?? test.name}.js`)
    const command = [
      ...(test.wrapper ?? []),
      ...(test.command ?? [process.execPath, '--enable-source-maps', ...(test.node ?? []), program]),
      ...(count === undefined ? [] : [`${count}`]),
      ...(test.variant === undefined ? [] : [test.variant]),
    ]
    const env = test.command?.[0] === 'cargo' ? { CARGO_TARGET_DIR: cargoTarget, ...test.env } : (test.env ?? {})
    const start = performance.now()
    const { how, stdout, stderr } = await runLimited(command, env, quick ? test.seconds[0] * patience : test.seconds[1])
    const good =
      test.mustSay === undefined ? how === 'exit code 0' : how === 'exit code 1' && stderr.includes(test.mustSay)
    counts[good ? 'passed' : 'failed'] += 1
    const time = paint('dim', `(${duration(performance.now() - start)})`)
    const mark = good ? paint('green', 'ok'.padEnd(7)) : paint('red', 'FAILED ')
    console.log(`${mark} ${test.name} ${figuresOf(stdout)} ${time}`)
    if (!good) console.log(`        ${how}: ${command.join(' ')}\n${stderr || stdout}`)
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
