// Makes the folder in which a suite runs: the built package and its tests as on this machine, with another platform's addon.
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Trouble } from '../lib/console.mjs'
import { cache, inRoot } from '../lib/project.mjs'
import { runNode } from '../lib/run.mjs'

/**
 * @param {import('../lib/targets.mjs').Target} target
 * @returns {Promise<string>} the addon: SHARED_CHILD_ADDON, or the one that prebuild makes
 */
async function addonFor({ triple, file }) {
  const given = process.env.SHARED_CHILD_ADDON
  if (given === undefined) await runNode(inRoot('scripts', 'prebuild.mjs'), [triple])
  const addon = given ?? file
  if (!existsSync(addon))
    throw new Trouble(`Expected an addon for ${triple} at ${addon} (or where SHARED_CHILD_ADDON says)`)
  return addon
}

/**
 * @param {string} triple as in napi.targets of package.json
 * @returns {Promise<string>} the folder
 */
export async function stage(triple) {
  const { allTargets } = await import('../lib/targets.mjs') // it needs node_modules
  const target = allTargets().find((one) => one.triple === triple)
  if (target === undefined) throw new Trouble(`Expected ${triple} in napi.targets of package.json`)
  const { abi } = target
  const addon = await addonFor(target)
  const folder = join(cache, 'platforms', abi)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const name of [
    'package.json',
    'index.js',
    'ava.config.mjs',
    'dist',
    join('build', '__test__'),
    join('build', 'lib'),
  ]) {
    cpSync(inRoot(name), join(folder, name), { recursive: true })
  }
  // Relative: elsewhere, as in a chroot, this repository has another path.
  symlinkSync(join('..', '..', '..', 'node_modules'), join(folder, 'node_modules'), 'dir')
  copyFileSync(addon, join(folder, basename(target.file)))
  console.log(`        addon: ${basename(addon)}, staged in .cache/platforms/${abi}`)
  return folder
}
