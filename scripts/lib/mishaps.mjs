// Installations that cannot work, and what the error has to say to the user.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Trouble } from './console.mjs'
import { add, newUser } from './managers.mjs'
import { manifest } from './project.mjs'
import { attempt } from './run.mjs'

/** @typedef {import('./managers.mjs').Manager} Manager */

/**
 * @typedef {object} Mishap
 * @property {string} name
 * @property {readonly string[]} flags of the package manager
 * @property {(folder: string) => void} [spoil]
 * @property {string} [before] what the program does first
 * @property {RegExp[]} says
 */

/** @returns {Mishap[]} */
export function mishaps() {
  const { name } = manifest()
  const advice = [
    /MODULE_NOT_FOUND/,
    new RegExp(`package ${name}-${process.platform}-${process.arch}`),
    /Install again/,
  ]
  const elsewhere = process.platform === 'linux' ? ['--os=darwin', '--cpu=arm64'] : ['--os=linux', '--cpu=x64']
  return [
    { name: '--omit=optional', flags: ['--omit=optional'], says: advice },
    { name: 'installed on another platform', flags: elsewhere, says: advice },
    {
      name: 'a processor that there is no package for',
      flags: [],
      before: `Object.defineProperty(process, 'arch', { value: 'ppc64' })`,
      says: [/MODULE_NOT_FOUND/, /there is none for \w+ ppc64, only the packages/],
    },
    {
      name: 'the addon is deleted',
      flags: [],
      spoil: (folder) => {
        const { optionalDependencies } = JSON.parse(
          readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'),
        )
        const installed = Object.keys(optionalDependencies).filter((dependency) =>
          existsSync(join(folder, 'node_modules', dependency)),
        )
        if (installed.length === 0) throw new Trouble('Expected the package of a platform')
        for (const dependency of installed) {
          const file = `${name}.${dependency.slice(name.length + 1)}.node`
          rmSync(join(folder, 'node_modules', dependency, file))
        }
      },
      says: [/ERR_DLOPEN_FAILED/, /cannot be loaded/, /install again/],
    },
  ]
}

/**
 * @param {Manager} manager
 * @param {Mishap} mishap
 * @param {string} registry
 * @param {string} folder
 */
export async function tryMishap(manager, { flags, spoil, before = '', says }, registry, folder) {
  const user = newUser(manager, registry, folder)
  await add(manager, user, manifest().name, flags)
  spoil?.(user.folder)
  const { ok, output } = await attempt(process.execPath, ['-e', `${before}; require('${manifest().name}')`], {
    cwd: user.folder,
    env: user.env,
    quiet: true,
  })
  if (ok) throw new Trouble('Expected an error')
  for (const phrase of says) if (!phrase.test(output)) throw new Trouble(`Expected ${phrase}, got:\n${output}`)
}
