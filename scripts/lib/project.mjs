// Knows where things are: the one place that knows the layout of this repository.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root. Every script works from here, from whatever directory it is called. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Where the scripts keep what they remember and download. Deleting it costs only time. */
export const cache = join(root, '.cache')

/** @param {string[]} path */
export const inRoot = (...path) => join(root, ...path)

/** Where the addons of all targets are put, and where `napi artifacts` looks for them. */
export const artifacts = inRoot('artifacts')

/** Where cargo builds. */
export const cargoTarget = process.env.CARGO_TARGET_DIR ?? inRoot('target')

/** Where cargo and rustup keep what they have downloaded, and their commands. */
export const cargoHome = () => process.env.CARGO_HOME ?? join(homedir(), '.cargo')

/** package.json, as it is now. */
export const manifest = () => JSON.parse(readFileSync(inRoot('package.json'), 'utf8'))

const require = createRequire(import.meta.url)

/**
 * Returns the script behind `npx NAME`. Run with `process.execPath`, it needs no shell and no .cmd file on Windows.
 * @param {string} packageName
 * @param {string} [name] the command, when it is not the package's own name
 */
export function bin(packageName, name = packageName) {
  const file = inRoot('node_modules', packageName, 'package.json')
  const { bin: commands } = require(file)
  return join(dirname(file), typeof commands === 'string' ? commands : commands[name])
}
