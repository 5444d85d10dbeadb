// npm run prebuild builds and inspects the addons of every platform that package.json names, on one machine.
//   node scripts/prebuild.mjs [TARGET...]      default: all of napi.targets; a target may be named as it is built here, too
// What has not changed is not built again. The addons are put into artifacts/, where `napi artifacts` looks for them.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { argv } from 'node:process'
import { doing, done, duration, failed, heading, paint, runMain, Trouble } from './lib/console.mjs'
import { npmDependencies, cargoDependencies } from './lib/dependencies.mjs'
import { fingerprint, forget, isDone, remember } from './lib/fresh.mjs'
import { libraryIn } from './lib/native.mjs'
import { cargoTarget } from './lib/project.mjs'
import { run } from './lib/run.mjs'
import { buildStd } from './lib/std.mjs'
import { checkToolchain } from './lib/toolchain.mjs'
import { runSteps } from './setup.mjs'

/** @typedef {import('./lib/targets.mjs').Target} Target */

/** A build takes up to 1 GB of memory. Half of its time is one long link, which leaves a second processor idle. */
const lanes = availableParallelism() > 1 && totalmem() > 6e9 ? 2 : 1

/** @param {string[]} names */
async function chosenTargets(names) {
  const { allTargets } = await import('./lib/targets.mjs')
  const all = allTargets()
  const unknown = names.find((name) => !all.some(({ triple, built }) => name === triple || name === built))
  if (unknown !== undefined) {
    throw new Trouble(`Expected a target (${all.map(({ triple }) => triple).join(', ')}), got '${unknown}'`)
  }
  return names.length === 0 ? all : all.filter(({ triple, built }) => names.includes(triple) || names.includes(built))
}

/** @param {string} file */
const hashOf = (file) => (existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : 'none')

/**
 * @param {Target} target
 * @param {import('./lib/addon.mjs').Recipe} recipe
 * @param {string} folder where cargo builds
 * @param {string} rustc `rustc -vV`
 */
async function prebuild(target, { cargo, args, env }, folder, rustc) {
  const step = `prebuild-${target.triple}`
  const print = fingerprint(
    ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', '.cargo'],
    [rustc, target.built, ...args, env.RUSTFLAGS ?? ''],
  )
  if (isDone(step, `${print} ${hashOf(target.file)}`)) return
  forget(step)
  const name = target.built === target.triple ? target.triple : `${target.triple}, as ${target.built}`
  doing(name)
  const start = performance.now()
  await run(cargo, args, { env: { ...env, CARGO_TARGET_DIR: folder }, quiet: true })
  mkdirSync(dirname(target.file), { recursive: true })
  // In one step, so that a process that has loaded the old file keeps it.
  copyFileSync(libraryIn(join(folder, target.built, 'release')), `${target.file}.new`)
  renameSync(`${target.file}.new`, target.file)
  remember(step, `${print} ${hashOf(target.file)}`)
  done(name, performance.now() - start)
}

/**
 * @param {readonly Target[]} targets
 * @param {string} rustc
 * @returns {Promise<Set<Target>>} what failed
 */
async function prebuildAll(targets, rustc) {
  const { recipe } = await import('./lib/addon.mjs')
  const { allTargets } = await import('./lib/targets.mjs')
  const failures = new Set()
  /** @type {(target: Target, work: () => Promise<void>) => Promise<void>} */
  const attempt = async (target, work) => {
    try {
      await work()
    } catch (error) {
      failures.add(target)
      failed(target.triple, error instanceof Trouble ? error.message : String(error))
    }
  }
  // One after the other, because missing tools are installed meanwhile.
  const recipes = new Map()
  for (const target of targets) await attempt(target, async () => void recipes.set(target, await recipe(target)))

  // A target stays in its lane, whatever else is built, because its build folder is there. What targets have in common is built once in each lane.
  const place = allTargets().map(({ triple }) => triple)
  const work = async (/** @type {number} */ lane) => {
    const folder = join(cargoTarget, 'prebuild', String(lane))
    for (const [target, how] of recipes) {
      if (place.indexOf(target.triple) % lanes !== lane) continue
      await attempt(target, () => prebuild(target, how, folder, rustc))
    }
  }
  await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)))
  return failures
}

/**
 * Prints the closing table.
 * @param {readonly Target[]} targets
 * @param {ReadonlySet<Target>} failures
 * @returns {Promise<boolean>} whether all is as it should be
 */
async function report(targets, failures) {
  const { defects, inspect, isTooLarge } = await import('./lib/inspect.mjs')
  const facts = await inspect(targets.filter((target) => !failures.has(target)))
  heading('target, what was built for it, size, oldest system, number of exports, signature')
  const ownStd = (await buildStd()) !== undefined
  let good = true
  for (const target of targets) {
    const { triple, built } = target
    const found = facts.get(target)
    const wrong = found === undefined ? ['not built'] : defects(target, found)
    const large = found !== undefined && isTooLarge(target, found)
    if (large && ownStd) wrong.push('too large')
    good &&= wrong.length === 0
    const verdict = large
      ? paint('yellow', "ok, but for rustup's standard library it would be smaller")
      : paint('green', 'ok')
    const columns = [
      triple.padEnd(30),
      (built === triple ? '' : `as ${built}`).padEnd(29),
      (found === undefined ? '' : `${Math.round(found.size / 1000)} kB`).padStart(6),
      (found?.floor ?? '').padEnd(11),
      (found === undefined ? '' : `exports ${found.exports.length}`).padEnd(10),
      (found?.signature ?? '').padEnd(6),
      wrong.length === 0 ? verdict : paint('red', wrong.join('; ')),
    ]
    console.log(columns.join('  '))
  }
  return good
}

runMain(async () => {
  const start = performance.now()
  const rustc = await checkToolchain()
  await runSteps([npmDependencies, cargoDependencies])
  const targets = await chosenTargets(argv.slice(2))
  const failures = await prebuildAll(targets, rustc)
  if (!(await report(targets, failures))) process.exitCode = 1
  console.log(`\n${targets.length - failures.size} of ${targets.length} built (${duration(performance.now() - start)})`)
})
