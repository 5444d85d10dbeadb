// Step 2 of the set-up builds the native addon, and the two files that napi-rs writes beside it.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Trouble } from './console.mjs'
import { fingerprint, forget, isDone, remember } from './fresh.mjs'
import { artifacts, cache, cargoTarget, inRoot, manifest } from './project.mjs'
import { run } from './run.mjs'

/** Where the addon and its two files are first written; they are then moved into place. */
const out = join(cache, 'native')

/** Written by napi-rs, committed: what require('shared-child/native') loads, and its types. */
export const generated = ['index.js', 'index.d.ts']

/**
 * Whether the file in place is the one that the last build wrote.
 * @param {string} name
 */
function isInPlace(name) {
  const file = inRoot(name)
  return existsSync(file) && readFileSync(join(out, name)).equals(readFileSync(file))
}

/**
 * Returns the files of `generated` that differ from what the last build wrote.
 * In CI the set-up leaves the committed ones alone, so that a check can tell.
 */
export const outdated = () => generated.filter((name) => !isInPlace(name))

/** Returns the files of `generated` that the set-up has to write. */
const toWrite = () => outdated().filter((name) => !process.env.CI || !existsSync(inRoot(name)))

/**
 * How cargo is called for an addon, here and for a release: the crate's other type, the library that tests use, would cost
 * it the link-time optimisation.
 */
export const asAddon = ['rustc', '--lib', '--crate-type', 'cdylib', '--locked']

/**
 * Returns the library that cargo has built.
 * @param {string} folder of a profile
 */
export function libraryIn(folder) {
  const name = readdirSync(folder).find((file) => /^(?:lib)?shared_child_native\.(?:so|dylib|dll)$/.test(file))
  if (name === undefined) throw new Trouble(`Expected a library in ${folder}`)
  return join(folder, name)
}

/**
 * Builds the addon, its loader and its types into `out`.
 * @param {'release' | 'debug'} profile
 */
async function build(profile) {
  const types = join(out, 'types')
  mkdirSync(types, { recursive: true })
  const { napi, name: packageName, version } = manifest()
  // musl is linked dynamically, as Node links it: otherwise a process would have two copies of it.
  const musl = localName().includes('-musl') ? '-Ctarget-feature=-crt-static' : ''
  await run('cargo', [...asAddon, ...(profile === 'release' ? ['--release'] : [])], {
    env: {
      RUSTFLAGS: `${process.env.RUSTFLAGS ?? ''} ${musl}`.trim(),
      // napi-rs' macros write the types while they are expanded, so this makes sure that they are expanded.
      NAPI_TYPE_DEF_TMP_FOLDER: types,
      NAPI_FORCE_BUILD_SHARED_CHILD: String(Date.now()),
    },
  })
  copyFileSync(libraryIn(join(cargoTarget, profile)), join(out, localName()))
  const { generateTypeDef, writeJsBinding } = await import('@napi-rs/cli')
  const { constEnum, binaryName } = napi
  const { exports, dts } = await generateTypeDef({
    typeDefDir: types,
    cwd: inRoot(),
    constEnum,
    declareBindingTarget: true,
  })
  writeFileSync(join(out, 'index.d.ts'), dts)
  await writeJsBinding({ platform: true, idents: exports, binaryName, packageName, version, outputDir: out })
}

/**
 * Puts a copy in place in one step, so that a process that has loaded the old file keeps it.
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
      [profile, rustc, ...asAddon, JSON.stringify(manifest().napi), manifest().version, process.env.RUSTFLAGS ?? ''],
    )
  return {
    name: `native addon (${profile})`,
    isFresh: () => isDone('native', print()) && isInPlace(localName()) && toWrite().length === 0,
    async work() {
      const before = print()
      forget('native')
      rmSync(out, { recursive: true, force: true })
      await build(profile)
      install(localName())
      for (const name of toWrite()) {
        install(name)
        console.log(`        ${name} changed: commit it`)
      }
      remember('native', before)
    },
  }
}

/** The name that napi-rs gives the addon of this machine. */
function localName() {
  const { platform, arch, report } = process
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (report.getReport())
  const libc = arch === 'arm' ? 'gnueabihf' : header.glibcVersionRuntime === undefined ? 'musl' : 'gnu'
  const abi = { linux: `-${libc}`, win32: '-msvc' }[/** @type {string} */ (platform)] ?? ''
  return `${manifest().napi.binaryName}.${platform}-${arch}${abi}.node`
}

/**
 * Returns an addon that was built elsewhere and put into artifacts/, where `napi artifacts` looks for addons, too.
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
