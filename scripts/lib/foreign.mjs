// Checking the code of other systems on this one: cargo needs a standard library for each target, installed or built on the spot.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cache, cargoTarget } from './project.mjs'
import { buildStd, hasStd } from './std.mjs'

/** One for each system whose code this machine does not compile. */
export const foreignTargets = ['x86_64-pc-windows-gnu', 'aarch64-apple-darwin', 'x86_64-unknown-freebsd']

/** napi has a libnode linked in on windows-gnu. With symbols looked up at run time nothing in it is used. */
export function emptyLibnode() {
  const folder = join(cache, 'libnode')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'libnode.dll'), '')
  writeFileSync(join(folder, 'libnode.a'), '!<arch>\n')
  return folder
}

/**
 * How to run cargo for the foreign targets; a reason why it cannot be run here.
 * @returns {Promise<{ flags: string[], env: NodeJS.ProcessEnv } | string>}
 */
export async function foreignCargo() {
  const targets = foreignTargets.flatMap((target) => ['--target', target])
  const env = { LIBNODE_PATH: emptyLibnode(), CARGO_TARGET_DIR: join(cargoTarget, 'foreign') }
  const installed = await Promise.all(foreignTargets.map(hasStd))
  if (installed.every(Boolean)) return { flags: targets, env }
  const std = await buildStd()
  if (std === undefined) {
    return `no standard library for them here; rustup target add ${foreignTargets.join(' ')}, or set RUST_STD_SRC`
  }
  return { flags: [...std.flags, ...targets], env: { ...env, ...std.env } }
}
