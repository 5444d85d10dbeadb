// Checks the two things that a machine must have: Node, and Rust to build the addon.
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Trouble } from './console.mjs'
import { cargoHome, inRoot, manifest } from './project.mjs'
import { attempt } from './run.mjs'

/**
 * @param {string} version '1.95.0'
 * @param {string} floor '1.88'
 */
function atLeast(version, floor) {
  const [have, want] = [version, floor].map((text) => text.split('.').map(Number))
  for (const [i, part] of want.entries()) {
    if ((have[i] ?? 0) !== part) return (have[i] ?? 0) > part
  }
  return true
}

/** rustup puts cargo into a folder that is not yet on the PATH of shells that were opened before. */
function addCargoToPath() {
  const folder = join(cargoHome(), 'bin')
  if (existsSync(folder)) process.env.PATH = `${process.env.PATH}${delimiter}${folder}`
}

/**
 * Checks both versions against what package.json and Cargo.toml require.
 * @param {{ rust?: boolean }} [needs]
 * @returns {Promise<string>} `rustc -vV`: version and host, for fingerprints
 */
export async function checkToolchain({ rust = true } = {}) {
  const nodeFloor = manifest().engines.node.replace('>=', '')
  if (!atLeast(process.versions.node, nodeFloor)) {
    throw new Trouble(`Expected Node >= ${nodeFloor}, got ${process.versions.node}`)
  }
  if (!rust) return ''

  const rustFloor = /^rust-version = "(.+)"/m.exec(readFileSync(inRoot('Cargo.toml'), 'utf8'))?.[1] ?? '1.88'
  addCargoToPath()
  const rustc = await attempt('rustc', ['-vV'], { quiet: true })
  const version = /^release: ([\d.]+)/m.exec(rustc.output)?.[1]
  if (!rustc.ok || version === undefined) {
    throw new Trouble(`Expected Rust >= ${rustFloor} on this machine (https://rustup.rs), got: ${rustc.how}`)
  }
  if (!atLeast(version, rustFloor)) throw new Trouble(`Expected Rust >= ${rustFloor}, got ${version} (rustup update)`)
  return rustc.output.trim()
}
