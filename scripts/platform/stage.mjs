// What a suite runs in: the built package and its tests as on this machine, with another platform's addon.
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Trouble } from '../lib/console.mjs'
import { cache, inRoot, manifest } from '../lib/project.mjs'
import { runNode } from '../lib/run.mjs'

/** Where the addons of all targets are put by `npm run prebuild`. */
const artifacts = inRoot('artifacts')

/**
 * @param {string} target as in napi.targets of package.json
 * @param {string} abi 'linux-x64-gnu', which names the file
 * @returns {Promise<string>} the addon: SHARED_CHILD_ADDON, or the one that prebuild makes
 */
async function addonFor(target, abi) {
  const given = process.env.SHARED_CHILD_ADDON
  if (given === undefined) await runNode(inRoot('scripts', 'prebuild.mjs'), [target])
  const addon = given ?? join(artifacts, `${manifest().napi.binaryName}.${abi}.node`)
  if (!existsSync(addon))
    throw new Trouble(`Expected an addon for ${target} at ${addon} (or where SHARED_CHILD_ADDON says)`)
  return addon
}

/**
 * @param {string} target
 * @param {string} abi
 * @returns {Promise<string>} the folder
 */
export async function stage(target, abi) {
  const addon = await addonFor(target, abi)
  const folder = join(cache, 'platforms', abi)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const name of ['package.json', 'index.js', 'ava.config.mjs', 'dist', join('build', '__test__')]) {
    cpSync(inRoot(name), join(folder, name), { recursive: true })
  }
  // Relative: elsewhere, as in a chroot, this repository has another path.
  symlinkSync(join('..', '..', '..', 'node_modules'), join(folder, 'node_modules'), 'dir')
  copyFileSync(addon, join(folder, `${manifest().napi.binaryName}.${abi}.node`))
  console.log(`        addon: ${basename(addon)}, staged in .cache/platforms/${abi}`)
  return folder
}
