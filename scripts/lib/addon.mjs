// How the addon of one target is built: with which cargo command, linker and standard library.
import { join } from 'node:path'
import { needCommand } from './apt.mjs'
import { Trouble } from './console.mjs'
import { emptyLibnode } from './foreign.mjs'
import { asAddon } from './native.mjs'
import { cargoHome, root } from './project.mjs'
import { pipInstall } from './python.mjs'
import { buildStd, hasStd } from './std.mjs'

/** @typedef {import('./targets.mjs').Target} Target */

/** The oldest systems that the addons run on. */
export const floors = { glibc: '2.17', macos: '11.0' }

/** The C compiler and linker for what is not this machine's system, and what makes cargo use it. */
const zig = ['ziglang==0.17.1', 'cargo-zigbuild==0.24.0']

/**
 * The command that is cargo here, and the linker behind it.
 * @param {Target} target
 * @returns {Promise<{ cargo: string, target: string, env: Record<string, string> }>}
 */
async function toolchain({ built, platform }) {
  const plain = { cargo: 'cargo', target: built, env: { LIBNODE_PATH: emptyLibnode() } }
  // Linux is left to zig, too: it links against an older glibc than this machine's.
  if (platform === process.platform && platform !== 'linux') return plain
  if (built === 'x86_64-pc-windows-gnu') {
    await needCommand('x86_64-w64-mingw32-gcc', 'gcc-mingw-w64-x86-64')
    return plain
  }
  const folder = await pipInstall('zig', zig)
  const exe = process.platform === 'win32' ? '.exe' : ''
  const floor = built.includes('-linux-gnu') ? `.${floors.glibc}` : ''
  return {
    cargo: join(folder, 'bin', `cargo-zigbuild${exe}`),
    target: `${built}${floor}`,
    env: { ...plain.env, CARGO_ZIGBUILD_ZIG_PATH: join(folder, 'ziglang', `zig${exe}`) },
  }
}

/**
 * The standard library is built with the addon where that can be: without what prints symbols in a backtrace, which a
 * stripped addon has not got, it is a third smaller. A panic still unwinds, and still names its place in the source.
 * @param {Target} target
 * @returns {Promise<{ args: string[], env: Record<string, string>, source?: string }>}
 */
async function standardLibrary({ built }) {
  const std = await buildStd()
  if (std !== undefined) {
    return { ...std, args: [...std.flags, '-Zbuild-std-features=panic-unwind'] }
  }
  if (await hasStd(built)) return { args: [], env: {} }
  throw new Trouble(
    `Expected a standard library for ${built}: rustup component add rust-src, or rustup target add ${built}, or set RUST_STD_SRC`,
  )
}

/**
 * @param {Target} target
 * @param {string | undefined} source of the standard library
 */
function rustflags({ built }, source) {
  /** Of this machine's folders nothing is to be seen in a panic's message. */
  const places = { [root]: '.', [cargoHome()]: 'cargo', ...(source === undefined ? {} : { [source]: 'rust' }) }
  return [
    process.env.RUSTFLAGS ?? '',
    ...Object.entries(places).map(([from, to]) => `--remap-path-prefix=${from}=${to}`),
    // musl is linked as Node links it: dynamically, or there would be two of it in a process.
    ...(built.includes('-musl') ? ['-Ctarget-feature=-crt-static'] : []),
    // No Visual C++ run-time library has to be on the user's machine.
    ...(built.endsWith('-msvc') ? ['-Ctarget-feature=+crt-static'] : []),
  ]
    .filter((flag) => flag !== '')
    .join(' ')
}

/** On macOS an addon has a name in it, which would be the folder it was linked in; and it needs few of the libraries it is linked with. */
const darwinLink = ['-Clink-arg=-Wl,-install_name,@rpath/shared-child.node', '-Clink-arg=-Wl,-dead_strip_dylibs']

/**
 * @typedef {object} Recipe
 * @property {string} cargo the command
 * @property {string[]} args
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * How to build the addon of a target; installs what that takes.
 * @param {Target} target
 * @returns {Promise<Recipe>}
 */
export async function recipe(target) {
  const { cargo, target: spelt, env } = await toolchain(target)
  const std = await standardLibrary(target)
  return {
    cargo,
    args: [...asAddon, '--release', '--target', spelt, ...std.args].concat(
      target.platform === 'darwin' ? ['--', ...darwinLink] : [],
    ),
    env: { ...env, ...std.env, RUSTFLAGS: rustflags(target, std.source), MACOSX_DEPLOYMENT_TARGET: floors.macos },
  }
}
