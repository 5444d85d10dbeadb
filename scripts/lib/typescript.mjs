// Step 3 of the set-up: TypeScript. lib/ -> dist/; tests, examples and benches -> build/.
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

/**
 * The JavaScript file that tsc writes for a source file, or undefined for one that it writes nothing for.
 * @param {string} source relative to the root
 */
export function emitted(source) {
  if (!/\.[cm]?ts$/.test(source) || /\.d\.[cm]?ts$/.test(source)) return undefined
  const script = source.replace(/ts$/, 'js')
  return source.startsWith('lib') ? script.replace('lib', 'dist') : join('build', script)
}

const sources = () => filesUnder(['lib', ...tests]).map((file) => relative(root, file))

/** @returns {Set<string>} every JavaScript file that should be there, relative to the root */
const scripts = () => new Set(sources().flatMap((source) => emitted(source) ?? []))

/** Delete what was written for sources that are gone: else a deleted test goes on running, and a deleted module is published. */
function sweep() {
  const wanted = scripts()
  for (const file of filesUnder(['dist', 'build']).map((full) => relative(root, full))) {
    const script = file.replace(/(\.d\.([cm]?)ts|\.([cm]?)js\.map)$/, '.$2$3js')
    if (/\.[cm]?js$/.test(script) && !wanted.has(script)) rmSync(inRoot(file))
  }
}

/** @type {import('../setup.mjs').Step} */
export const typescript = {
  name: 'TypeScript',
  isFresh: () => isDone('typescript', print()) && [...scripts()].every((script) => existsSync(inRoot(script))),
  async work() {
    const before = print()
    const force = isDone('typescript', before) // nothing changed, so an output is missing, and tsc would not notice
    forget('typescript')
    await runNode(bin('typescript', 'tsc'), ['-b', ...(force ? ['--force'] : [])])
    sweep()
    remember('typescript', before)
  },
}

const print = () => fingerprint(inputs, [manifest().devDependencies.typescript, JSON.stringify(manifest().exports)])
