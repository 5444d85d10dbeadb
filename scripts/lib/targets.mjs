// The targets. package.json names them, and everything else about a target follows from its name.
import { join } from 'node:path'
import { parseTriple } from '@napi-rs/cli'
import { artifacts, manifest } from './project.mjs'

/** Visual Studio's linker and libraries exist only on Windows; elsewhere MinGW's are used instead. */
const stead = {
  'x86_64-pc-windows-msvc': 'x86_64-pc-windows-gnu',
  'aarch64-pc-windows-msvc': 'aarch64-pc-windows-gnullvm',
}

/**
 * @typedef {object} Target
 * @property {string} triple as in napi.targets of package.json
 * @property {string} built the triple that is built for it on this machine
 * @property {string} platform Node's name of the system
 * @property {string} abi 'linux-x64-gnu': the name of the package, after 'shared-child-'
 * @property {string} file the addon
 */

/** @returns {Target[]} */
export function allTargets() {
  const { binaryName, targets } = manifest().napi
  return targets.map((/** @type {keyof typeof stead} */ triple) => {
    const { platform, platformArchABI: abi } = parseTriple(triple)
    const built = process.platform === 'win32' ? triple : (stead[triple] ?? triple)
    return { triple, built, platform, abi, file: join(artifacts, `${binaryName}.${abi}.node`) }
  })
}
