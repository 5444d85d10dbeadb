// Installs programs that only the system's package manager has.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { doing, Trouble } from './console.mjs'
import { run } from './run.mjs'

/** @param {string} command */
const isThere = (command) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, command)))

/**
 * Installs packages as root (in a container, in CI); other users are told what to do.
 * @param {string} what has to be there
 * @param {readonly string[]} packages of Debian, that have it
 */
export async function aptInstall(what, packages) {
  if (process.getuid?.() !== 0 || !isThere('apt-get')) {
    throw new Trouble(`Expected ${what} on this machine (on Debian: apt-get install ${packages.join(' ')})`)
  }
  doing(`install ${packages.join(' and ')} (apt-get)`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-qq'], { env, quiet: true })
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env, quiet: true })
}

/**
 * @param {string} command that has to be there
 * @param {string} packageName of Debian, that has it
 */
export async function needCommand(command, packageName) {
  if (!isThere(command)) await aptInstall(command, [packageName])
}
