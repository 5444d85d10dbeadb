// Tools that come from npm but are no dependency of the repository: each set in a folder of its own in the cache.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { doing } from './console.mjs'
import { forget, isDone, remember } from './fresh.mjs'
import { cache } from './project.mjs'
import { npm } from './run.mjs'

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
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), packageJson)
  await npm(['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'], { quiet: true })
  remember(step, packageJson)
  return folder
}

/**
 * The script behind a command of a package in such a folder.
 * @param {string} folder
 * @param {string} packageName
 * @param {string} command
 */
export function toolScript(folder, packageName, command) {
  const file = join(folder, 'node_modules', packageName, 'package.json')
  const { bin } = createRequire(import.meta.url)(file)
  return join(dirname(file), typeof bin === 'string' ? bin : bin[command])
}
