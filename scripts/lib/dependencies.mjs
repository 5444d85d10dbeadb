// Step 1 of the set-up: what comes from the registries.
import { readFileSync } from 'node:fs'
import { fingerprint, forget, isDone, remember } from './fresh.mjs'
import { inRoot } from './project.mjs'
import { npm, run } from './run.mjs'

/** @typedef {Record<string, { version?: string, optional?: boolean }>} Packages */

/** @param {string} file */
function packagesOf(file) {
  try {
    return /** @type {Packages} */ (JSON.parse(readFileSync(file, 'utf8')).packages)
  } catch {
    return undefined
  }
}

/**
 * Does node_modules hold what package-lock.json asks for? Asks npm's own record of what it installed; the optional
 * packages of other platforms are not in it.
 */
function nodeModulesMatchLock() {
  const wanted = packagesOf(inRoot('package-lock.json'))
  const installed = packagesOf(inRoot('node_modules', '.package-lock.json'))
  if (wanted === undefined || installed === undefined) return false
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    const have = installed[path]?.version
    return path === '' || have === version || (optional === true && have === undefined)
  })
}

/** @type {import('../setup.mjs').Step} */
export const npmDependencies = {
  name: 'npm dependencies',
  isFresh: nodeModulesMatchLock,
  // Nothing we depend on needs an install script to run.
  work: async () => void (await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { quiet: true })),
}

/**
 * For every target and for the tests, so that whatever is built later is built without a network.
 * @type {import('../setup.mjs').Step}
 */
export const cargoDependencies = {
  name: 'Rust dependencies',
  isFresh: () => isDone('cargo-fetch', cargoPrint()),
  async work() {
    forget('cargo-fetch')
    await run('cargo', ['fetch', '--locked'], { quiet: true })
    remember('cargo-fetch', cargoPrint())
  },
}

const cargoPrint = () => fingerprint(['Cargo.lock'], [process.env.CARGO_HOME ?? ''])
