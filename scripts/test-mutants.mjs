// Broken copies of the crate, one for each patch in tests/mutants/: a model that passes with one of them is worthless.
// A patch starts with a few words of prose, among them a line that names the test that must fail:
//   Caught by: NAME OF THE TEST
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { done, failed, skipped } from './lib/console.mjs'
import { loomTest } from './lib/loom.mjs'
import { cache, inRoot } from './lib/project.mjs'
import { attempt, run } from './lib/run.mjs'

const patches = inRoot('tests', 'mutants')
const copy = join(cache, 'mutant')

/** @param {string} patch */
async function makeMutant(patch) {
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  for (const name of ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', 'tests']) {
    cpSync(inRoot(name), join(copy, name), { recursive: true })
  }
  // Without the ceiling git would take the copy for a part of this repository, and silently apply nothing.
  await run('git', ['apply', patch], { cwd: copy, env: { GIT_CEILING_DIRECTORIES: dirname(copy) }, quiet: true })
}

/**
 * Why the mutant is not caught, or undefined.
 * @param {string} patch
 */
async function survives(patch) {
  const test = /^Caught by: (.+)$/m.exec(readFileSync(patch, 'utf8'))?.[1]
  if (test === undefined) return 'Expected a line "Caught by: TEST" above the patch'
  try {
    await makeMutant(patch)
  } catch (error) {
    return String(error)
  }
  const options = { cwd: copy, env: loomTest.env, quiet: true }
  const built = await attempt('cargo', [...loomTest.args, '--no-run'], options)
  if (!built.ok) return `it does not compile\n${built.output}`
  const { ok, output } = await attempt('cargo', [...loomTest.args, '--', '--exact', test], options)
  if (ok) return /1 passed/.test(output) ? `${test} passes with it` : `Expected a test named ${test}`
  return undefined
}

/** @returns {Promise<import('./lib/counts.mjs').Counts>} */
export async function testMutants() {
  const names = existsSync(patches) ? readdirSync(patches).filter((name) => name.endsWith('.patch')) : []
  let passed = 0
  for (const name of names.toSorted()) {
    const start = performance.now()
    const reason = await survives(join(patches, name))
    if (reason === undefined) {
      passed += 1
      done(`${name} is caught`, performance.now() - start)
    } else failed(name, reason)
  }
  rmSync(copy, { recursive: true, force: true })
  if (names.length === 0) skipped('mutants', 'no patch in tests/mutants')
  return { passed, failed: names.length - passed, skipped: names.length === 0 ? 1 : 0 }
}
