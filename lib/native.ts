// The native addon. The generated loader knows where to look for it; what to do when it is not there is said here.
import type * as Native from '../index.js'
import { addonMissing, addonUnloadable } from './errors.js'

/** The loader's error and those behind it: last the first, which is of the file beside the loader. */
function chain(error: unknown): Error[] {
  const all: Error[] = []
  for (let cause = error; cause instanceof Error; cause = cause.cause) all.push(cause)
  return all
}

/** This release's package for each platform; none in a checkout of the repository. */
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

/** The loader names what it lacks, but not what to do about it. */
function explain(error: unknown): unknown {
  const causes = chain(error)
  const beside = causes.findIndex(({ message }) => /shared-child\.\w+-[\w-]+\.node/.test(message))
  const platform = /shared-child\.(\w+-[\w-]+)\.node/.exec(causes[beside]?.message ?? '')?.[1]
  // Whoever names a file of his own wants to hear of that file.
  if (process.env.NAPI_RS_NATIVE_LIBRARY_PATH) return error
  const here = `${process.platform} ${process.arch}`
  const packages = releasedPackages()
  if (packages.length === 0) return addonMissing('in a checkout, "npm run build" makes it', error)
  const name = `shared-child-${platform}`
  if (!packages.includes(name)) {
    return addonMissing(`there is none for ${here}, only the packages ${packages.join(', ')}`, error)
  }
  if (!isInstalled(name)) {
    return addonMissing(
      `for ${here} it is in the package ${name}, an optional dependency, which is not installed. Install again on this ` +
        'platform, without --omit=optional or --no-optional; if that does not help, delete node_modules and the lock ' +
        'file first (https://github.com/npm/cli/issues/4828)',
      error,
    )
  }
  return addonUnloadable(name, causes[beside - 1]?.message ?? '', error)
}

function load(): typeof Native {
  try {
    return require('../index.js') as typeof Native
  } catch (error) {
    throw explain(error)
  }
}

export const { Events, FilledPipe, firstRealtimeSignal, hasUnread, setBlocking, signalName } = load()
