// Loads the native addon. The name of each platform's package is written out in its own require(), because that is what
// bundlers follow. If the addon is missing or cannot be loaded, the errors made here say what to do.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { arch, argv, env, execPath, platform, report as processReport } from 'node:process'
import type * as Native from '../index.js'
import { addonMissing, addonUnloadable } from './errors.js'
import type { LoadError } from './errors.js'

/**
 * The path of this file; in a bundle of ES modules, which has no `__filename`, that of the program that was started.
 */
const file = typeof __filename === 'string' ? __filename : (argv[1] ?? execPath)

/** The names that musl has for processors, in /lib/ld-musl-*.so.1. */
const MUSL_PROCESSORS: Partial<Record<NodeJS.Architecture, string>> = { arm: 'armhf', arm64: 'aarch64', x64: 'x86_64' }

/**
 * Whether this process uses musl. Both C libraries may be installed, so it looks into Node's report, which contains the
 * version of glibc if the process uses that. Bun has the report, too; Deno may not have it, or require a permission for
 * it.
 */
function isMusl(): boolean {
  if (!existsSync(`/lib/ld-musl-${MUSL_PROCESSORS[arch]}.so.1`)) return false
  const report = processReport as NodeJS.ProcessReport & { excludeNetwork?: boolean }
  try {
    // Otherwise the report would look up the names of all network peers.
    report.excludeNetwork = true
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } }
    return header !== undefined && header.glibcVersionRuntime === undefined
  } catch {
    return false
  }
}

/** Returns the name of this platform in those of its package and file: 'linux-x64-gnu'. */
function abiName(): string {
  const name = `${platform}-${arch}`
  if (platform === 'win32') return `${name}-msvc`
  if (platform !== 'linux') return name
  const libc = isMusl() ? 'musl' : 'gnu'
  return arch === 'arm' ? `${name}-${libc}eabihf` : `${name}-${libc}`
}

/** A place where the addon was not found, or from which it could not be loaded. */
interface Failure {
  readonly place: 'checkout' | 'package' | 'beside'
  readonly reason: LoadError
}

/** The `try` around the calls makes bundlers treat the packages of other platforms as optional. */
function requirePackage(abi: string, failures: Failure[]): unknown {
  try {
    switch (abi) {
      case 'linux-x64-gnu':
        return require('shared-child-linux-x64-gnu')
      case 'linux-x64-musl':
        return require('shared-child-linux-x64-musl')
      case 'linux-arm64-gnu':
        return require('shared-child-linux-arm64-gnu')
      case 'linux-arm64-musl':
        return require('shared-child-linux-arm64-musl')
      case 'linux-arm-gnueabihf':
        return require('shared-child-linux-arm-gnueabihf')
      case 'darwin-x64':
        return require('shared-child-darwin-x64')
      case 'darwin-arm64':
        return require('shared-child-darwin-arm64')
      case 'win32-x64-msvc':
        return require('shared-child-win32-x64-msvc')
      case 'win32-arm64-msvc':
        return require('shared-child-win32-arm64-msvc')
      case 'freebsd-x64':
        return require('shared-child-freebsd-x64')
      default:
        return requireUnseen(`shared-child-${abi}`)
    }
  } catch (reason) {
    failures.push({ place: 'package', reason: reason as LoadError })
    return undefined
  }
}

function requireFile(path: string, place: Failure['place'], failures: Failure[]): unknown {
  try {
    return requireUnseen(path)
  } catch (reason) {
    failures.push({ place, reason: reason as LoadError })
    return undefined
  }
}

/** Does what require() does, but hides the file from bundlers: it is looked for when the program runs. */
function requireUnseen(id: string): unknown {
  return createRequire(file)(id)
}

function isInstalled(name: string): boolean {
  try {
    createRequire(file).resolve(`${name}/package.json`)
    return true
  } catch {
    return false
  }
}

/** Returns the package.json beside this file; null in a bundle, where it is missing or that of another package. */
function ownManifest(): { optionalDependencies?: Record<string, string> } | null {
  try {
    const manifest = requireUnseen('../package.json') as {
      name?: string
      optionalDependencies?: Record<string, string>
    }
    return manifest.name === 'shared-child' ? manifest : null
  } catch {
    return null
  }
}

function explain(abi: string, failures: readonly Failure[]): Error {
  const name = `shared-child-${abi}`
  for (const { place, reason } of failures) {
    const isPackage = place === 'package'
    if (reason.code === 'MODULE_NOT_FOUND' && !(isPackage && isInstalled(name))) continue
    return addonUnloadable(isPackage ? `in the package ${name}` : `shared-child.${abi}.node`, reason)
  }
  const cause = failures[0]?.reason
  const here = `${platform} ${arch}`
  const manifest = ownManifest()
  if (manifest === null) {
    return addonMissing(
      `for ${here} it is the file shared-child.${abi}.node of the package ${name}. A bundle finds it beside itself, or ` +
        'leaves shared-child outside, in node_modules (docs/bundlers.md)',
      cause,
    )
  }
  // There are none in a package that `npm pack` makes from the repository.
  const packages = Object.keys(manifest.optionalDependencies ?? {})
  if (packages.length > 0 && !packages.includes(name)) {
    return addonMissing(`there is none for ${here}, only the packages ${packages.join(', ')}`, cause)
  }
  if (existsSync(join(dirname(file), '..', 'Cargo.toml'))) {
    return addonMissing('in a checkout, "npm run build" makes it', cause)
  }
  return addonMissing(
    `for ${here} it is in the package ${name}, an optional dependency, which is not installed. Install again on this ` +
      'platform, without --omit=optional or --no-optional; if that does not help, delete node_modules and the lock ' +
      'file first (https://github.com/npm/cli/issues/4828)',
    cause,
  )
}

function load(): typeof Native {
  // As in the generated loader of './native': if this variable names a file, that file is loaded, or the error says why
  // not.
  const named = env.NAPI_RS_NATIVE_LIBRARY_PATH
  if (named) {
    try {
      return requireUnseen(named) as typeof Native
    } catch (error) {
      throw addonUnloadable(`that NAPI_RS_NATIVE_LIBRARY_PATH names, ${named},`, error as LoadError)
    }
  }
  const abi = abiName()
  const name = `shared-child.${abi}.node`
  const built = join(dirname(file), '..', name)
  const failures: Failure[] = []
  const addon =
    // Looking for the file first is cheaper than catching an error.
    (existsSync(built) ? requireFile(built, 'checkout', failures) : undefined) ??
    requirePackage(abi, failures) ??
    // A bundle and its addon may have been put into one folder.
    requireFile(join(dirname(file), name), 'beside', failures)
  if (addon === undefined) throw explain(abi, failures)
  return addon as typeof Native
}

export const { Events, FilledPipe, firstRealtimeSignal, hasUnread, runSync, setBlocking, signalName } = load()
