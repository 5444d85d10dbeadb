// Installs tools from npm that are not dependencies of the repository, each set of them into its own folder in the cache.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { doing } from './console.mjs'
import { forget, isDone, remember } from './fresh.mjs'
import { cache } from './project.mjs'
import { npm } from './run.mjs'

/**
 * @param {string} folder
 * @param {string} packageJson
 * @param {string[]} args
 */
async function install(folder, packageJson, ...args) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), packageJson)
  const flags = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']
  await npm(['install', ...flags, ...args], { quiet: true })
}

/**
 * @param {string} name of the folder
 * @param {Record<string, string>} dependencies
 * @param {Record<string, string>} [overrides] of what those depend on
 * @returns {Promise<string>} the folder that has the node_modules
 */
export async function npmInstall(name, dependencies, overrides = {}) {
  const folder = join(cache, 'tools', name)
  const step = join('tools', name)
  const packageJson = JSON.stringify({ private: true, dependencies, overrides })
  if (isDone(step, packageJson) && existsSync(folder)) return folder
  const list = Object.entries(dependencies).map((entry) => entry.join(' '))
  doing(`install ${list.join(', ')} from npm into .cache/tools/${name}`)
  forget(step)
  rmSync(folder, { recursive: true, force: true })
  await install(folder, packageJson)
  remember(step, packageJson)
  return folder
}

/**
 * Returns the script behind a command of a package in such a folder.
 * @param {string} folder
 * @param {string} packageName
 * @param {string} command
 */
export function toolScript(folder, packageName, command) {
  const file = join(folder, 'node_modules', packageName, 'package.json')
  const { bin } = createRequire(import.meta.url)(file)
  return join(dirname(file), typeof bin === 'string' ? bin : bin[command])
}

/**
 * An executable from the registry; delete its folder to get a newer one.
 * @typedef {object} Executable
 * @property {string} name of the folder
 * @property {string} packageName
 * @property {string} version
 * @property {string} file in the package
 */

/** @param {Executable} wanted */
export const executable = ({ name, packageName, file }) =>
  join(cache, 'runtimes', name, 'node_modules', packageName, file)

/**
 * @param {Executable} wanted it may be one for another platform
 * @returns {Promise<string>} where it is
 */
export async function download(wanted) {
  const path = executable(wanted)
  if (existsSync(path)) return path
  const { name, packageName, version } = wanted
  doing(`download ${packageName}@${version} into .cache/runtimes/${name}`)
  await install(
    join(cache, 'runtimes', name),
    '{ "private": true }',
    '--no-save',
    '--force',
    `${packageName}@${version}`,
  )
  return path
}
