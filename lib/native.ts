// The native addon. It is looked for where it almost always is; the generated loader, which takes longer to load than all
// the rest, knows the other places. What to do when it is nowhere, or cannot be loaded, is said here.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { arch, env, platform, report as processReport } from 'node:process'
import type * as Native from '../index.js'
import { addonMissing, addonUnloadable } from './errors.js'
import type { LoadError } from './errors.js'

/** What loading it throws; undefined if it can be loaded. */
function failureOf(id: string): LoadError | undefined {
  try {
    require(id)
    return undefined
  } catch (error) {
    return error as LoadError
  }
}

/** By the version of glibc in Node's report. Bun has that report, too; Deno may have none, and a permission for it. */
function isMusl(): boolean {
  const report = processReport as NodeJS.ProcessReport & { excludeNetwork?: boolean }
  try {
    // It would look up the names of all peers.
    report.excludeNetwork = true
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } }
    return header !== undefined && header.glibcVersionRuntime === undefined
  } catch {
    return false
  }
}

/** How the packages and files of this platform are called: 'linux-x64-gnu'. */
function abiName(libc: 'gnu' | 'musl'): string {
  const name = `${platform}-${arch}`
  if (platform === 'win32') return `${name}-msvc`
  if (platform !== 'linux') return name
  return arch === 'arm' ? `${name}-${libc}eabihf` : `${name}-${libc}`
}

/** This release's package for each platform; none in what `npm pack` makes of the repository. */
function releasedPackages(): string[] {
  const { optionalDependencies = {} } = require('../package.json') as { optionalDependencies?: Record<string, string> }
  return Object.keys(optionalDependencies)
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(`${name}/package.json`)
    return true
  } catch {
    return false
  }
}

/**
 * The loader tries one place after the other, and then tells of all of them at once, the real reason somewhere in
 * between. So each is tried again by itself, until one tells why.
 */
function explain(error: unknown): unknown {
  const { NAPI_RS_NATIVE_LIBRARY_PATH: named, NAPI_RS_FORCE_WASI, NAPI_RS_WASI_FLAVOR } = env
  if (NAPI_RS_FORCE_WASI === 'error' || NAPI_RS_WASI_FLAVOR) return error
  const abi = abiName(isMusl() ? 'musl' : 'gnu')
  const beside = `shared-child.${abi}.node`
  const name = `shared-child-${abi}`
  // Whoever names a file of his own wants to hear of that file.
  const reason = failureOf(named || `../${beside}`)
  if (named) return reason ? addonUnloadable(`that NAPI_RS_NATIVE_LIBRARY_PATH names, ${named},`, reason) : error
  if (reason && reason.code !== 'MODULE_NOT_FOUND') return addonUnloadable(beside, reason)
  const packaged = failureOf(name)
  // It can be loaded, so it is the loader that does not want to: NAPI_RS_ENFORCE_VERSION_CHECK, say.
  if (!reason || !packaged) return error
  if (isInstalled(name)) return addonUnloadable(`in the package ${name}`, packaged)
  const here = `${platform} ${arch}`
  const packages = releasedPackages()
  if (packages.length > 0 && !packages.includes(name)) {
    return addonMissing(`there is none for ${here}, only the packages ${packages.join(', ')}`, packaged)
  }
  if (existsSync(join(__dirname, '..', 'Cargo.toml'))) {
    return addonMissing('in a checkout, "npm run build" makes it', reason)
  }
  return addonMissing(
    `for ${here} it is in the package ${name}, an optional dependency, which is not installed. Install again on this ` +
      'platform, without --omit=optional or --no-optional; if that does not help, delete node_modules and the lock ' +
      'file first (https://github.com/npm/cli/issues/4828)',
    packaged,
  )
}

/** How musl names processors in /lib/ld-musl-*.so.1. */
const MUSL_PROCESSORS: Partial<Record<NodeJS.Architecture, string>> = { arm: 'armhf', arm64: 'aarch64', x64: 'x86_64' }

/**
 * What the generated loader would find, from the same two places; undefined where it has to decide: somebody has set one
 * of its variables, there may be two C libraries here, or the addon is in neither place.
 */
function loadDirectly(): typeof Native | undefined {
  if (env.NAPI_RS_NATIVE_LIBRARY_PATH || env.NAPI_RS_FORCE_WASI || env.NAPI_RS_ENFORCE_VERSION_CHECK) return undefined
  if (platform === 'linux' && existsSync(`/lib/ld-musl-${MUSL_PROCESSORS[arch]}.so.1`)) return undefined
  const abi = abiName('gnu')
  for (const id of [`../shared-child.${abi}.node`, `shared-child-${abi}`]) {
    try {
      return require(id) as typeof Native
    } catch {
      // The generated loader tells why.
    }
  }
  return undefined
}

function load(): typeof Native {
  try {
    return loadDirectly() ?? (require('../index.js') as typeof Native)
  } catch (error) {
    throw explain(error)
  }
}

export const { Events, FilledPipe, firstRealtimeSignal, hasUnread, setBlocking, signalName } = load()
