// Tests broken copies of the crate, one for each patch in tests/mutants/: a protection is proven only if a test fails without it.
//   node scripts/mutants.mjs [NAME...]      default: all
// A patch starts with a few words about the mistake, and says which test must fail:
//   Caught by: TARGET TEST [with VARIABLE=VALUE]      a test target (loom, behaviour, or lib: the unit tests), and the test's whole name
//   Needs: root | Linux 6.15                          where the test can show it only there
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { release } from 'node:os'
import { dirname, join } from 'node:path'
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'
import { duration, paint, runMain, skipped, Trouble } from './lib/console.mjs'
import { countFailure, sentence, total } from './lib/counts.mjs'
import { loomTest } from './lib/loom.mjs'
import { cargoTarget, inRoot } from './lib/project.mjs'
import { attempt, run } from './lib/run.mjs'

const patches = inRoot('tests', 'mutants')
const scratch = join(cargoTarget, 'mutants')

/** How many seconds a test may take. Its own limit is shorter, because the test itself has to find a hang. */
const patience = { script: 100, test: 60 }

/** @param {string[]} test */
const coreTest = (...test) => ({
  args: ['test', '--locked', '--no-default-features', ...test],
  env: { CARGO_TARGET_DIR: join(scratch, 'build'), CARGO_PROFILE_DEV_DEBUG: '0' },
})

/**
 * Says how to build the tests of each target. In a build folder, only this crate is built again.
 * @type {Record<string, { args: readonly string[], env: NodeJS.ProcessEnv }>}
 */
const targets = {
  // It has its own build folder, because cargo cannot distinguish a copy of the crate from the crate, and would use a mutant instead of it.
  loom: { ...loomTest, env: { ...loomTest.env, CARGO_TARGET_DIR: join(scratch, 'loom-build') } },
  behaviour: coreTest('--test', 'behaviour'),
  lib: coreTest('--lib'),
}

/**
 * @typedef {object} Mutant
 * @property {string} name
 * @property {string} patch the file
 * @property {string} target
 * @property {string} test
 * @property {NodeJS.ProcessEnv} env
 * @property {string} [needs]
 */

/**
 * @param {string} name
 * @returns {Mutant}
 */
function readMutant(name) {
  const patch = join(patches, `${name}.patch`)
  const text = readFileSync(patch, 'utf8')
  const [, target, test, variable, value] = /^Caught by: (\w+) ([\w:]+)(?: with (\w+)=(\w+))?$/m.exec(text) ?? []
  if (target === undefined || test === undefined || !Object.hasOwn(targets, target)) {
    throw new Trouble(`Expected a line 'Caught by: TARGET TEST' in ${patch}`)
  }
  const env = variable === undefined ? {} : { [variable]: value }
  return { name, patch, target, test, env, needs: /^Needs: (.+)$/m.exec(text)?.[1] }
}

/**
 * Whether this machine has what a mutant needs.
 * @param {string | undefined} needs
 */
function isMet(needs) {
  if (needs === undefined) return true
  if (needs === 'root') return process.getuid?.() === 0
  const [[have = 0, minor = 0], [wanted = 0, wantedMinor = 0]] = [release(), needs.replace('Linux ', '')].map(
    (version) => version.split(/[.-]/).map(Number),
  )
  return process.platform === 'linux' && (have > wanted || (have === wanted && minor >= wantedMinor))
}

/** A copy of the crate in which the mutants are built one after the other. */
class Copy {
  /** @param {string} target */
  constructor(target) {
    this.folder = join(scratch, target)
    this.options = targets[target] ?? { args: [], env: {} }
    rmSync(this.folder, { recursive: true, force: true })
    mkdirSync(this.folder, { recursive: true })
    for (const name of ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', 'tests']) {
      cpSync(inRoot(name), join(this.folder, name), { recursive: true })
    }
  }

  /** @param {string[]} args */
  async apply(...args) {
    // Without the ceiling, git would treat the copy as a part of this repository, and silently apply nothing.
    const env = { GIT_CEILING_DIRECTORIES: dirname(this.folder) }
    await run('git', ['apply', ...args], { cwd: this.folder, env, quiet: true })
  }

  /** Builds and returns the test program, or what the compiler said. */
  async build() {
    const { args, env } = this.options
    const quick = ['--no-run', '--message-format', 'json-render-diagnostics']
    const { ok, output } = await attempt('cargo', [...args, ...quick], { cwd: this.folder, env, quiet: true })
    const program = /"executable":"([^"]+)"/.exec(output)?.[1]
    if (!ok || program === undefined)
      throw new Trouble(`does not compile\n${output.replaceAll(/^\{.*\n/gm, '').trimEnd()}`)
    return program
  }
}

/**
 * @param {string} program
 * @param {Mutant} mutant
 * @returns {Promise<'passed' | 'failed' | 'missing' | 'hung'>}
 */
async function runTest(program, { test, env }) {
  const { ok, how, output } = await attempt(program, [test, '--exact'], {
    cwd: dirname(program),
    env: { SHARED_CHILD_TEST_SECONDS: String(patience.test), RUST_BACKTRACE: '0', ...env },
    quiet: true,
    seconds: patience.script,
  })
  if (how.startsWith('not done')) return 'hung'
  if (!output.includes('running 1 test\n')) return 'missing'
  return ok ? 'passed' : 'failed'
}

/**
 * Returns why the mutant is not caught, or undefined.
 * @param {Copy} copy
 * @param {Mutant} mutant
 */
async function survives(copy, mutant) {
  await copy.apply(mutant.patch)
  try {
    const outcome = await runTest(await copy.build(), mutant)
    if (outcome === 'failed') return undefined
    return outcome === 'passed' ? `${mutant.test} passes with it` : `${mutant.test} hangs with it, and does not say so`
  } finally {
    await copy.apply('--reverse', mutant.patch)
  }
}

/**
 * Checks that the tests exist, and pass without a mutant: otherwise they catch nothing.
 * @param {Copy} copy
 * @param {readonly Mutant[]} mutants
 * @returns {Promise<Map<string, string>>} by test, what is wrong with it
 */
async function findUselessTests(copy, mutants) {
  const program = await copy.build()
  const useless = new Map()
  for (const mutant of mutants) {
    const outcome = useless.has(mutant.test) ? 'passed' : await runTest(program, mutant)
    if (outcome !== 'passed') useless.set(mutant.test, outcome === 'missing' ? 'is not there' : 'fails without it, too')
  }
  return useless
}

/**
 * Runs all mutants of one target, one after the other.
 * @param {string} target
 * @param {readonly Mutant[]} mutants
 * @returns {Promise<import('./lib/counts.mjs').Counts>}
 */
async function testTarget(target, mutants) {
  /** @type {import('./lib/counts.mjs').Counts} */
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const able = mutants.filter(({ name, needs }) => {
    if (isMet(needs)) return true
    counts.skipped += 1
    skipped(name, `needs ${needs}`)
    return false
  })
  if (able.length === 0) return counts
  const copy = new Copy(target)
  const useless = await findUselessTests(copy, able)
  for (const mutant of able) {
    const start = performance.now()
    const reason = useless.has(mutant.test)
      ? `${mutant.test} ${useless.get(mutant.test)}`
      : await survives(copy, mutant).catch((/** @type {unknown} */ error) => {
          if (error instanceof Trouble) return error.message
          throw error
        })
    if (reason === undefined) counts.passed += 1
    else countFailure(counts, `${mutant.name} survived: ${reason}`)
    const time = paint('dim', `(${duration(performance.now() - start)})`)
    if (reason === undefined)
      console.log(`${paint('green', 'killed')}   ${mutant.name} by ${target} ${mutant.test} ${time}`)
    else console.log(`${paint('red', 'SURVIVED')} ${mutant.name}: ${reason} ${time}`)
  }
  rmSync(copy.folder, { recursive: true, force: true })
  return counts
}

/**
 * @param {readonly string[]} [names] default: all
 * @returns {Promise<import('./lib/counts.mjs').Counts>} a mutant that was killed has passed
 */
export async function testMutants(names = []) {
  const known = readdirSync(patches)
    .filter((file) => file.endsWith('.patch'))
    .map((file) => file.slice(0, -'.patch'.length))
    .toSorted()
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Trouble(`Expected a patch of tests/mutants, got '${unknown}'`)

  const mutants = (names.length > 0 ? names : known).map(readMutant)
  // Side by side: while one target compiles on one processor, the other one tests.
  const all = await Promise.all(
    Object.keys(targets).map((target) =>
      testTarget(
        target,
        mutants.filter((mutant) => mutant.target === target),
      ),
    ),
  )
  return total(all)
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  runMain(async () => {
    const counts = await testMutants(argv.slice(2))
    console.log(`\n${sentence(counts)}`)
    if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1
  })
}
