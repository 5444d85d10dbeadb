// Step 3 of the set-up: TypeScript. lib/ -> dist/, each module as types and all of them as one file of JavaScript, which loads in
// half the time; tests, examples and benches -> build/.
import { existsSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { filesUnder, fingerprint, forget, isDone, remember } from './fresh.mjs'
import { bin, inRoot, manifest, root } from './project.mjs'
import { runNode } from './run.mjs'

const tests = ['__test__', 'bench', 'examples']

const inputs = [
  'lib',
  ...tests,
  'index.d.ts',
  'tsconfig.base.json',
  'tsconfig.json',
  'tsconfig.lib.json',
  'tsconfig.test.json',
]

/** Modules of lib/ that have a test of their own, which imports them from build/. */
const tested = [join('lib', 'ipc', 'frames.ts')]

const bundle = ['index.js', 'index.mjs', 'child_process.js', 'child_process.mjs', 'register.js'].map((name) =>
  join('dist', name),
)

/**
 * Every file of dist/ that is published, relative to the root.
 * @returns {string[]}
 */
export const published = () => [
  ...bundle,
  ...sources(['lib']).map((source) => source.replace('lib', 'dist').replace(/(\.[cm]?ts)$/, '.d$1')),
]

/** @param {readonly string[]} folders */
const sources = (folders) =>
  filesUnder(folders)
    .map((file) => relative(root, file))
    .filter((file) => /(?<!\.d)\.[cm]?ts$/.test(file))

/** @returns {Set<string>} every file that should be there, relative to the root, but for source maps */
const outputs = () =>
  new Set([...published(), ...[...tested, ...sources(tests)].map((file) => join('build', file.replace(/ts$/, 'js')))])

/** Deletes what was written for sources that are gone: otherwise a deleted test would still run, and a deleted module be published. */
function sweep() {
  const wanted = outputs()
  for (const file of filesUnder(['dist', 'build']).map((full) => relative(root, full))) {
    if (/\.([cm]?js(\.map)?|d\.[cm]?ts)$/.test(file) && !wanted.has(file.replace(/\.map$/, ''))) rmSync(inRoot(file))
  }
}

/**
 * The CommonJS entry with all modules, and the ESM entry, which imports the former. The addon's packages are left to whoever loads it.
 * @param {{ sourcemap?: 'inline' }} [options] what is published has no source map, which would name files that it has not
 */
export async function bundleWrapper(options) {
  const { build } = await import('esbuild')
  /** @type {import('esbuild').BuildOptions} */
  const common = { absWorkingDir: root, outdir: 'dist', platform: 'node', target: 'node20', ...options }
  const external = ['shared-child-*']
  await build({ ...common, entryPoints: ['lib/index.ts'], bundle: true, format: 'cjs', external })
  // These have the modules that they need once more, so that the main entry is one file; they share its SharedChild.
  const others = [...external, './index.js', './child_process.js']
  const entryPoints = ['lib/child_process.ts', 'lib/register.ts']
  await build({ ...common, entryPoints, bundle: true, format: 'cjs', external: others })
  await build({
    ...common,
    entryPoints: ['lib/index.mts', 'lib/child_process.mts'],
    format: 'esm',
    outExtension: { '.js': '.mjs' },
  })
  await build({ ...common, entryPoints: tested, outbase: '.', outdir: 'build', format: 'cjs' })
}

/** @type {import('../setup.mjs').Step} */
export const typescript = {
  name: 'TypeScript',
  isFresh: () => isDone('typescript', print()) && [...outputs()].every((file) => existsSync(inRoot(file))),
  async work() {
    const before = print()
    const force = isDone('typescript', before) // nothing changed, so an output is missing, and tsc would not notice
    forget('typescript')
    await runNode(bin('typescript', 'tsc'), ['-b', ...(force ? ['--force'] : [])])
    await bundleWrapper()
    sweep()
    remember('typescript', before)
  },
}

const print = () => fingerprint(inputs, [manifest().devDependencies.typescript, JSON.stringify(manifest().exports)])
