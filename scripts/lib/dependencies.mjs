// Step 1 of the set-up installs the packages from the registries.
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
 * Whether node_modules has what package-lock.json asks for. Reads npm's own record of what it installed, in which the optional
 * packages of other platforms are missing.
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
  // No dependency of ours needs an install script.
  work: async () => void (await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { quiet: true })),
}

/**
 * Downloads the crates for every target and for the tests, so that later builds need no network.
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
