// npm run check: everything a machine can say about the code without running it. Warnings count as errors.
import { done, failed, runMain, skipped, Trouble } from './lib/console.mjs'
import { foreignCargo, foreignTargets } from './lib/foreign.mjs'
import { loomTest } from './lib/loom.mjs'
import { outdated } from './lib/native.mjs'
import { bin, inRoot } from './lib/project.mjs'
import { run, runNode } from './lib/run.mjs'
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
  'lint: Rust (clippy)': () => clippy([]),
  'lint: the core alone': () => clippy(['--no-default-features']),
  'lint: the core with loom': () => clippy(['--no-default-features'], loomTest.env),
  'docs: Rust (rustdoc)': () =>
    cargo(['doc', '--quiet', '--locked', '--no-deps', '--document-private-items'], { RUSTDOCFLAGS: '-D warnings' }),
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
