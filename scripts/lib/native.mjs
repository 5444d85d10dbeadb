// Step 2 of the set-up: the native addon, and the two files that `napi build` writes beside it.
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Trouble } from './console.mjs'
import { fingerprint, forget, isDone, remember } from './fresh.mjs'
import { artifacts, bin, cache, inRoot, manifest } from './project.mjs'
import { runNode } from './run.mjs'

/** Where `napi build` writes; the results are then moved into place. */
const out = join(cache, 'native')

/** Written by `napi build`, committed: what require('shared-child/native') loads, and its types. */
export const generated = ['index.js', 'index.d.ts']

/**
 * Is the file in place the one that the last build wrote?
 * @param {string} name
 */
function isInPlace(name) {
  const file = inRoot(name)
  return existsSync(file) && readFileSync(join(out, name)).equals(readFileSync(file))
}

/**
 * Those of `generated` that differ from what the last build wrote.
 * In CI the set-up leaves the committed ones alone, so that a check can tell.
 */
export const outdated = () => generated.filter((name) => !isInPlace(name))

/** Those of `generated` that the set-up has to write. */
const toWrite = () => outdated().filter((name) => !process.env.CI || !existsSync(inRoot(name)))

/** The addon of this machine's platform, as the last build named it. */
function addonName() {
  const name = readdirSync(out).find((file) => file.endsWith('.node'))
  if (name === undefined) throw new Error('napi build wrote no .node file')
  return name
}

/**
 * Put a copy in place in one step: a process that has the old file loaded keeps it.
 * @param {string} name
 * @param {string} [source]
 */
function install(name, source = join(out, name)) {
  const fresh = inRoot(`${name}.new`)
  copyFileSync(source, fresh)
  renameSync(fresh, inRoot(name))
}

/**
 * @param {'release' | 'debug'} profile
 * @param {string} rustc `rustc -vV`
 * @returns {import('../setup.mjs').Step}
 */
export function nativeAddon(profile, rustc) {
  const print = () =>
    fingerprint(
      ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src', '.cargo', 'rust-toolchain.toml'],
      [profile, rustc, JSON.stringify(manifest().napi), manifest().version, process.env.RUSTFLAGS ?? ''],
    )
  return {
    name: `native addon (${profile})`,
    isFresh: () => isDone('native', print()) && isInPlace(addonName()) && toWrite().length === 0,
    async work() {
      const before = print()
      forget('native')
      rmSync(out, { recursive: true, force: true })
      const args = ['build', '--platform', '--output-dir', out, ...(profile === 'release' ? ['--release'] : [])]
      await runNode(bin('@napi-rs/cli', 'napi'), [...args, '--', '--locked'])
      install(addonName())
      for (const name of toWrite()) {
        install(name)
        console.log(`        ${name} changed: commit it`)
      }
      remember('native', before)
    },
  }
}

/** The name that `napi build` gives the addon of this machine. */
function localName() {
  const { platform, arch, report } = process
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (report.getReport())
  const libc = arch === 'arm' ? 'gnueabihf' : header.glibcVersionRuntime === undefined ? 'musl' : 'gnu'
  const abi = { linux: `-${libc}`, win32: '-msvc' }[/** @type {string} */ (platform)] ?? ''
  return `${manifest().napi.binaryName}.${platform}-${arch}${abi}.node`
}

/**
 * An addon that was built elsewhere, put into artifacts/, where `napi artifacts` looks for them, too.
 * @type {import('../setup.mjs').Step}
 */
export const prebuiltAddon = {
  name: 'native addon (prebuilt)',
  isFresh() {
    const [source, file] = [join(artifacts, localName()), inRoot(localName())]
    return existsSync(source) && existsSync(file) && readFileSync(source).equals(readFileSync(file))
  },
  async work() {
    const source = join(artifacts, localName())
    if (!existsSync(source)) throw new Trouble(`Expected ${source} (npm run prebuild)`)
    forget('native')
    install(localName(), source)
  },
}
