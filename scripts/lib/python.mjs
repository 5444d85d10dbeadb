// Installs tools from PyPI, each set of them into its own folder in the cache.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { doing, Trouble } from './console.mjs'
import { forget, isDone, remember } from './fresh.mjs'
import { cache, inRoot } from './project.mjs'
import { attempt, run } from './run.mjs'

export const python = process.platform === 'win32' ? 'python' : 'python3'

/**
 * @param {string} name of the folder
 * @param {readonly string[]} packages 'name==version'
 * @returns {Promise<string>} the folder: modules in it, commands in its bin
 */
export async function pipInstall(name, packages) {
  const folder = join(cache, 'python', name)
  const step = join('python', name)
  const print = packages.join(' ')
  if (isDone(step, print) && existsSync(folder)) return folder
  const { ok } = await attempt(python, ['-m', 'pip', '--version'], { quiet: true })
  if (!ok) throw new Trouble(`Expected ${python} with pip on this machine (on Debian: apt-get install python3-pip)`)
  doing(`install ${packages.join(' and ')} from PyPI into .cache/python/${name}`)
  forget(step)
  rmSync(folder, { recursive: true, force: true })
  await run(python, ['-m', 'pip', 'install', '--quiet', '--target', folder, ...packages], {
    quiet: true,
  })
  remember(step, print)
  return folder
}

/**
 * Runs a script of ours that reads executables, of every system, with LIEF.
 * @param {string} script in scripts/
 * @param {readonly string[]} args
 * @returns {Promise<string>} what it prints
 */
export async function runWithLief(script, args) {
  const PYTHONPATH = await pipInstall('inspect', ['lief==1.0.0'])
  return run(python, [inRoot('scripts', script), ...args], { env: { PYTHONPATH }, quiet: true })
}
