// Checks the code for other systems on this one. For that, cargo needs a standard library for each target, installed or built now.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cache, cargoTarget } from './project.mjs'
import { buildStd, hasStd } from './std.mjs'

/** One target for each system whose code this machine does not compile. */
export const foreignTargets = ['x86_64-pc-windows-gnu', 'aarch64-apple-darwin', 'x86_64-unknown-freebsd']

/** On windows-gnu, napi links a libnode. If symbols are looked up at run time, nothing in it is used. */
export function emptyLibnode() {
  const folder = join(cache, 'libnode')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'libnode.dll'), '')
  writeFileSync(join(folder, 'libnode.a'), '!<arch>\n')
  return folder
}

/**
 * Says how to run cargo for the foreign targets; returns a reason if that is not possible here.
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
