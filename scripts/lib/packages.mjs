// Lists what the published packages contain: these files, and no others.
import { join } from 'node:path'
import { Trouble } from './console.mjs'
import { manifest } from './project.mjs'
import { npm } from './run.mjs'
import { published } from './typescript.mjs'

const always = ['CHANGELOG.md', 'LICENSE', 'README.md', 'index.d.ts', 'index.js', 'package.json']

/** The root package has each source of the wrapper as types, and all of them as one file of JavaScript. */
export const rootFiles = () => [...always, ...published()].map((file) => file.replaceAll('\\', '/')).toSorted()

/**
 * The files of a platform package.
 * @param {{ abi: string }} target
 */
export const platformFiles = ({ abi }) =>
  ['LICENSE', 'README.md', 'package.json', `${manifest().napi.binaryName}.${abi}.node`].toSorted()

/**
 * @typedef {object} Packed
 * @property {string} tarball
 * @property {string[]} files
 * @property {number} size unpacked, in bytes
 */

/**
 * @param {string} spec a folder, or a package of the registry
 * @param {string} destination of the tarball
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Packed>}
 */
export async function pack(spec, destination, env) {
  const said = await npm(['pack', spec, '--pack-destination', destination, '--json'], { env, quiet: true })
  const [packed] = JSON.parse(said.slice(said.indexOf('[\n')))
  return {
    tarball: join(destination, packed.filename),
    files: packed.files.map((/** @type {{ path: string }} */ { path }) => path).toSorted(),
    size: packed.unpackedSize,
  }
}

/**
 * @param {string} name of the package
 * @param {readonly string[]} files
 * @param {readonly string[]} wanted
 */
export function expectFiles(name, files, wanted) {
  const strangers = files.filter((file) => !wanted.includes(file))
  const missing = wanted.filter((file) => !files.includes(file))
  if (strangers.length > 0) throw new Trouble(`Expected none of these in ${name}: ${strangers.join(', ')}`)
  if (missing.length > 0) throw new Trouble(`Expected these in ${name}: ${missing.join(', ')}`)
}
