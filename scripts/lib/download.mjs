// Executables that the npm registry has, each in a folder of its own in the cache; delete the folder to get a newer one.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { doing } from './console.mjs'
import { cache } from './project.mjs'
import { npm } from './run.mjs'

/**
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
  const folder = join(cache, 'runtimes', name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const args = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--force']
  await npm([...args, `${packageName}@${version}`], { quiet: true })
  return path
}
