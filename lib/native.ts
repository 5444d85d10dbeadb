// The native addon. Its package is required by a name that is written out, one for each platform, because that is what
// bundlers follow; the other places need no bundler. What to do when the addon is nowhere, or cannot be loaded, is said here.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { arch, argv, env, execPath, platform, report as processReport } from 'node:process'
import type * as Native from '../index.js'
import { addonMissing, addonUnloadable } from './errors.js'
import type { LoadError } from './errors.js'

/** This file; in a bundle of ES modules, where there is no such name, the program that was started. */
const file = typeof __filename === 'string' ? __filename : (argv[1] ?? execPath)

/** How musl names processors in /lib/ld-musl-*.so.1. */
const MUSL_PROCESSORS: Partial<Record<NodeJS.Architecture, string>> = { arm: 'armhf', arm64: 'aarch64', x64: 'x86_64' }

/**
 * Node's report names the version of glibc, so it tells which C library this process has where there may be two of them.
 * Bun has that report, too; Deno may have none, and a permission for it.
 */
function isMusl(): boolean {
  if (!existsSync(`/lib/ld-musl-${MUSL_PROCESSORS[arch]}.so.1`)) return false
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

/** How the package and the file of this platform are called: 'linux-x64-gnu'. */
function abiName(): string {
  const name = `${platform}-${arch}`
  if (platform === 'win32') return `${name}-msvc`
  if (platform !== 'linux') return name
  const libc = isMusl() ? 'musl' : 'gnu'
  return arch === 'arm' ? `${name}-${libc}eabihf` : `${name}-${libc}`
}

/** A place that the addon was not in, or that it could not be loaded from. */
interface Failure {
  readonly place: 'checkout' | 'package' | 'beside'
  readonly reason: LoadError
}

/** The `try` around them makes bundlers take the packages of other platforms for optional ones. */
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

/** A require() that no bundler sees: it looks for the file when the program runs. */
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

/** The package.json behind this file, which in a bundle is somebody else's, or none. */
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
  // None in what `npm pack` makes of the repository.
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
  // As in the generated loader of './native': whoever names a file of his own gets that file, or hears why not.
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
    // To look first is cheaper than to be told by an error.
    (existsSync(built) ? requireFile(built, 'checkout', failures) : undefined) ??
    requirePackage(abi, failures) ??
    // Where a bundle and its addon were put into one folder.
    requireFile(join(dirname(file), name), 'beside', failures)
  if (addon === undefined) throw explain(abi, failures)
  return addon as typeof Native
}

export const { Events, FilledPipe, firstRealtimeSignal, hasUnread, runSync, setBlocking, signalName } = load()
