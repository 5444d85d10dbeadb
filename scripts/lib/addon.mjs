// Says how to build the addon of one target: with which cargo command, linker and standard library.
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

/** The C compiler and linker for other systems than this machine's, and the variables that make cargo use it. */
const zig = ['ziglang==0.17.1', 'cargo-zigbuild==0.24.0']

/**
 * The cargo command for a target, and the linker that it uses.
 * @param {Target} target
 * @returns {Promise<{ cargo: string, target: string, env: Record<string, string> }>}
 */
async function toolchain({ built, platform }) {
  const plain = { cargo: 'cargo', target: built, env: { LIBNODE_PATH: emptyLibnode() } }
  // Linux uses zig, too, because it links against an older glibc than this machine's.
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
 * The standard library is built together with the addon if possible. Without the code that prints symbols in a backtrace, which a
 * stripped addon does not have, the addon is a third smaller. A panic still unwinds, and still names its place in the source.
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
  /** Keeps the names of this machine's folders out of the messages of panics. */
  const places = { [root]: '.', [cargoHome()]: 'cargo', ...(source === undefined ? {} : { [source]: 'rust' }) }
  return [
    process.env.RUSTFLAGS ?? '',
    ...Object.entries(places).map(([from, to]) => `--remap-path-prefix=${from}=${to}`),
    // musl is linked dynamically, as Node links it: otherwise a process would have two copies of it.
    ...(built.includes('-musl') ? ['-Ctarget-feature=-crt-static'] : []),
    // This way, the user's machine needs no Visual C++ run-time library.
    ...(built.endsWith('-msvc') ? ['-Ctarget-feature=+crt-static'] : []),
  ]
    .filter((flag) => flag !== '')
    .join(' ')
}

/** On macOS, an addon contains a name, which by default is the folder where it was linked. It needs few of the libraries it is linked with. */
const darwinLink = ['-Clink-arg=-Wl,-install_name,@rpath/shared-child.node', '-Clink-arg=-Wl,-dead_strip_dylibs']

/**
 * @typedef {object} Recipe
 * @property {string} cargo the command
 * @property {string[]} args
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * Says how to build the addon of a target, and installs what is needed for that.
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
