// npm run check: everything a machine can say about the code without running it. Warnings count as errors.
import { readFileSync } from 'node:fs'
import { checkWorkflows } from './check-workflows.mjs'
import { isDocumented } from './docs.mjs'
import { done, failed, runMain, skipped, Trouble } from './lib/console.mjs'
import { foreignCargo, foreignTargets } from './lib/foreign.mjs'
import { loomTest } from './lib/loom.mjs'
import { outdated } from './lib/native.mjs'
import { bin, inRoot, manifest } from './lib/project.mjs'
import { attempt, npm, run, runNode } from './lib/run.mjs'
import { setup } from './setup.mjs'

/** A check that cannot be made on this machine. */
class Skip extends Error {}

/**
 * @param {string} packageName
 * @param {string[]} args
 */
const tool = (packageName, ...args) => runNode(bin(packageName), args, { quiet: true })

/** @param {string} project */
const types = (project) => runNode(bin('typescript', 'tsc'), ['-p', inRoot(project), '--noEmit'], { quiet: true })

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
const cargo = (args, env) => run('cargo', args, { env, quiet: true })

/**
 * @param {readonly string[]} flags
 * @param {NodeJS.ProcessEnv} [env]
 */
const clippy = (flags, env) =>
  cargo(['clippy', '--quiet', '--locked', '--all-targets', ...flags, '--', '-D', 'warnings'], env)

/**
 * Checks the answer of an advisory database, which is asked over the network; if there is no answer, that is not a failure.
 * @param {import('./lib/run.mjs').Outcome} outcome
 * @param {RegExp} finding what is in the output when there is something to say
 */
function advisories({ ok, output }, finding) {
  if (ok) return
  if (finding.test(output)) throw new Trouble(output.trimEnd())
  throw new Skip('the advisories cannot be had from here')
}

/** @returns {Promise<import('./lib/run.mjs').Outcome>} */
async function npmAudit() {
  try {
    return { ok: true, how: '', output: await npm(['audit'], { quiet: true }) }
  } catch (error) {
    return { ok: false, how: '', output: String(error) }
  }
}

/** @param {string[]} args */
async function cargoDeny(...args) {
  const { ok } = await attempt('cargo', ['deny', '--version'], { quiet: true })
  if (!ok) throw new Skip('needs cargo-deny (cargo install --locked cargo-deny)')
  return attempt('cargo', ['deny', ...args], { quiet: true })
}

/** @type {Record<string, () => Promise<unknown>>} */
const checks = {
  'format: TypeScript, JavaScript, JSON (oxfmt)': () => tool('oxfmt', '--check'),
  'format: Rust (rustfmt)': () => cargo(['fmt', '--check']),
  'lint: TypeScript, JavaScript (oxlint)': () =>
    tool('oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives'),
  'types: the wrapper': () => types('tsconfig.lib.json'),
  'types: tests, examples, benches': () => types('tsconfig.test.json'),
  'types: scripts': () => types('scripts/tsconfig.json'),
  'index.js and index.d.ts are what the build writes': async () => {
    const names = outdated()
    if (names.length > 0) throw new Trouble(`Expected ${names.join(' and ')} as npm run build writes it`)
  },
  'lib/native.ts writes out the package of every target': async () => {
    const { allTargets } = await import('./lib/targets.mjs')
    const text = readFileSync(inRoot('lib', 'native.ts'), 'utf8')
    const missing = allTargets().filter(
      ({ abi }) => !text.includes(`case '${abi}':\n        return require('${manifest().name}-${abi}')`),
    )
    if (missing.length > 0) throw new Trouble(`Expected in its switch: ${missing.map(({ abi }) => abi).join(', ')}`)
  },
  'docs/api.md is what the doc comments say': async () => {
    if (!(await isDocumented())) throw new Trouble('Expected docs/api.md as npm run docs writes it')
  },
  'lint: Rust (clippy)': () => clippy([]),
  'lint: the core alone': () => clippy(['--no-default-features']),
  'lint: the core with loom': () => clippy(['--no-default-features'], loomTest.env),
  'docs: Rust (rustdoc)': () =>
    cargo(['doc', '--quiet', '--locked', '--no-deps', '--document-private-items'], { RUSTDOCFLAGS: '-D warnings' }),
  'dependencies: licences, sources, versions (cargo-deny)': async () => {
    const { ok, output } = await cargoDeny('--offline', 'check', 'bans', 'licenses', 'sources')
    if (!ok) throw new Trouble(output.trimEnd())
  },
  'dependencies: advisories, Rust (cargo-deny)': async () =>
    advisories(await cargoDeny('check', 'advisories'), /advisories FAILED/),
  'dependencies: advisories, npm (npm audit)': async () =>
    advisories(await npmAudit(), /\d+ (low|moderate|high|critical)/),
  'workflows (actionlint, zizmor)': async () => {
    const lacking = await checkWorkflows()
    if (lacking !== undefined) throw process.env.GITHUB_ACTIONS ? new Trouble(lacking) : new Skip(lacking)
  },
  [`lint: ${foreignTargets.join(', ')}`]: async () => {
    const how = await foreignCargo()
    if (typeof how !== 'string') return clippy(how.flags, how.env)
    throw process.env.CI ? new Trouble(how) : new Skip(how)
  },
}

runMain(async () => {
  await setup()
  for (const [name, check] of Object.entries(checks)) {
    const start = performance.now()
    try {
      await check()
      done(name, performance.now() - start)
    } catch (error) {
      if (error instanceof Skip) {
        skipped(name, error.message)
        continue
      }
      process.exitCode = 1
      failed(name, error instanceof Trouble ? error.message : String(error))
    }
  }
})
