// Checking the code of other systems on this one: cargo needs a standard library for each target, installed or built on the spot.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cache, cargoTarget } from './project.mjs'
import { attempt, run } from './run.mjs'

/** One for each system whose code this machine does not compile. */
export const foreignTargets = ['x86_64-pc-windows-gnu', 'aarch64-apple-darwin']

/**
 * A copy of the standard library's source in the cache, without the workspace members that are not in it: cargo refuses it else.
 * @param {string} source its `library` folder, or a tar archive that holds one
 */
async function prepareSource(source) {
  const folder = join(cache, 'rust-std', basename(source))
  const library = join(folder, 'library')
  if (existsSync(library)) return library
  const unpacked = `${folder}.new`
  rmSync(unpacked, { recursive: true, force: true })
  mkdirSync(unpacked, { recursive: true })
  if (/\.tar(?:\.\w+)?$/.test(source)) await run('tar', ['-xf', source, '-C', unpacked], { quiet: true })
  else cpSync(source, join(unpacked, 'library'), { recursive: true })

  const manifest = join(unpacked, 'library', 'Cargo.toml')
  const text = readFileSync(manifest, 'utf8')
  const present = (/** @type {string} */ line, /** @type {string} */ member) =>
    existsSync(join(unpacked, 'library', member)) ? line : ''
  writeFileSync(manifest, text.replaceAll(/^ +"(coretests|alloctests)",\n/gm, present))
  renameSync(unpacked, folder)
  return library
}

/** napi's build script looks for a libnode.dll on windows-gnu. With symbols looked up at run time nothing in it is used. */
function emptyLibnode() {
  const folder = join(cache, 'libnode')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'libnode.dll'), '')
  return folder
}

/** Whether rustc has a standard library for every foreign target. */
async function allInstalled() {
  for (const target of foreignTargets) {
    const { output } = await attempt('rustc', ['--print', 'target-libdir', '--target', target], { quiet: true })
    if (!existsSync(output.trim())) return false
  }
  return true
}

/** The standard library's source: where RUST_STD_SRC says, or where rustup's rust-src component puts it. */
async function findSource() {
  if (process.env.RUST_STD_SRC) return prepareSource(process.env.RUST_STD_SRC)
  const { output } = await attempt('rustc', ['--print', 'sysroot'], { quiet: true })
  const library = join(output.trim(), 'lib', 'rustlib', 'src', 'rust', 'library')
  return existsSync(library) ? library : undefined
}

/**
 * How to run cargo for the foreign targets; a reason why it cannot be run here.
 * @returns {Promise<{ flags: string[], env: NodeJS.ProcessEnv } | string>}
 */
export async function foreignCargo() {
  const targets = foreignTargets.flatMap((target) => ['--target', target])
  const env = { LIBNODE_PATH: emptyLibnode(), CARGO_TARGET_DIR: join(cargoTarget, 'foreign') }
  if (await allInstalled()) return { flags: targets, env }
  const source = await findSource()
  if (source === undefined) {
    return `no standard library for them here; rustup target add ${foreignTargets.join(' ')}, or set RUST_STD_SRC`
  }
  return {
    flags: ['-Zbuild-std=std,panic_unwind', ...targets],
    // The first lets a stable cargo take the flag; the second is how cargo's own tests name a source.
    env: { ...env, RUSTC_BOOTSTRAP: '1', __CARGO_TESTS_ONLY_SRC_ROOT: source },
  }
}
