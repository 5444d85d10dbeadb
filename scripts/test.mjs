// npm test sets up, then runs every test. Its last line is the total.
//   node scripts/test.mjs [--debug | --prebuilt] [STAGE...]      default: all stages, against the release build
import { colourful, heading, runMain, Trouble } from './lib/console.mjs'
import { avaCounts, cargoCounts, conclude, table } from './lib/counts.mjs'
import { allFallbacks } from './lib/fallbacks.mjs'
import { loomTest } from './lib/loom.mjs'
import { bin } from './lib/project.mjs'
import { attempt } from './lib/run.mjs'
import { testMutants } from './mutants.mjs'
import { profileOf, setup } from './setup.mjs'
import { testBundlers } from './test-bundlers.mjs'
import { testLong } from './test-long.mjs'
import { testPacked } from './test-packed.mjs'
import { testRunners } from './test-runners.mjs'
import { testRuntimes } from './test-runtimes.mjs'

/** @typedef {import('./lib/counts.mjs').Counts} Counts */

const cargoColour = colourful ? ['--color', 'always'] : []

/** @param {NodeJS.ProcessEnv} [env] */
const cargoTest = async (env) =>
  cargoCounts(await attempt('cargo', ['test', '--locked', '--no-fail-fast', ...cargoColour], { env }))

/** @param {NodeJS.ProcessEnv} [env] */
const ava = async (env) =>
  avaCounts(await attempt(process.execPath, [bin('ava'), colourful ? '--color' : '--no-color'], { env }))

/** Tests the state machine with loom's locks in the place of the standard library's. */
const loom = async () => cargoCounts(await attempt('cargo', loomTest.args, { env: loomTest.env }))

/** @type {Record<string, { about: string, run: () => Promise<Counts> }>} */
const stages = {
  rust: { about: 'the core and the binding (cargo test)', run: () => cargoTest() },
  'rust-fallbacks': { about: 'the same with the fallbacks forced', run: () => cargoTest(allFallbacks) },
  loom: { about: 'models of the state machine, every interleaving (loom)', run: loom },
  mutants: { about: 'broken copies of the core, each of which a test must catch', run: () => testMutants() },
  js: { about: 'the package, as a user sees it (ava)', run: () => ava() },
  'js-fallbacks': { about: 'the same with the fallbacks forced', run: () => ava(allFallbacks) },
  safety: { about: 'faults, races and hostile hosts, a few times each', run: () => testLong({ quick: true }) },
  packed: { about: 'the tarball, installed in an empty directory', run: testPacked },
  bundlers: { about: 'what docs/bundlers.md says of bundlers', run: testBundlers },
  runners: { about: 'in jest, vitest, mocha, ava and node:test', run: testRunners },
  runtimes: {
    about: 'other Nodes, Bun and Deno, those that are installed',
    run: () => testRuntimes({ download: false }),
  },
}

runMain(async () => {
  const args = process.argv.slice(2)
  const names = args.filter((arg) => !arg.startsWith('--'))
  const unknown = names.find((name) => !Object.hasOwn(stages, name))
  if (unknown !== undefined) {
    throw new Trouble(`Expected a stage (${Object.keys(stages).join(', ')}), got '${unknown}'`)
  }

  await setup({ profile: profileOf(args) })

  const rows = []
  for (const [name, { about, run }] of Object.entries(stages)) {
    if (names.length > 0 && !names.includes(name)) continue
    heading(`${name}: ${about}`)
    const start = performance.now()
    const counts = await run()
    rows.push({ name, counts, ms: performance.now() - start })
  }

  table('all tests', rows)
  conclude(rows)
})
