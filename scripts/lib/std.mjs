// The standard library of a target, which is installed or built from its source.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cache } from './project.mjs'
import { attempt, run } from './run.mjs'

/**
 * Puts a copy of the standard library's source into the cache, without the workspace members that are missing: cargo would refuse it otherwise.
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

/** Returns where the standard library's source is: as RUST_STD_SRC says, or where rustup's rust-src component puts it. */
async function findSource() {
  if (process.env.RUST_STD_SRC) return prepareSource(process.env.RUST_STD_SRC)
  const { output } = await attempt('rustc', ['--print', 'sysroot'], { quiet: true })
  const library = join(output.trim(), 'lib', 'rustlib', 'src', 'rust', 'library')
  return existsSync(library) ? library : undefined
}

/**
 * Whether rustc has a standard library for a target.
 * @param {string} target
 */
export async function hasStd(target) {
  const { output } = await attempt('rustc', ['--print', 'target-libdir', '--target', target], { quiet: true })
  return existsSync(output.trim())
}

/**
 * Says how to make cargo build the standard library, too; undefined if its source is not available.
 * @returns {Promise<{ flags: string[], env: Record<string, string>, source: string } | undefined>}
 */
export async function buildStd() {
  const source = await findSource()
  if (source === undefined) return undefined
  return {
    flags: ['-Zbuild-std=std,panic_unwind'],
    // The first makes a stable cargo accept the flag; the second is how cargo's own tests name a source.
    env: { RUSTC_BOOTSTRAP: '1', __CARGO_TESTS_ONLY_SRC_ROOT: source },
    source,
  }
}
