// The child's environment: 'KEY=value' entries joined with NUL, or null for this process's own, which the native side
// reads by itself.
import { env as processEnv, platform, versions } from 'node:process'
import type * as WorkerThreads from 'node:worker_threads'
import { invalidArgType } from '../errors.js'
import { isObject, systemString } from '../validate.js'

/**
 * The process.env that is the environ of this process, if there is one here; a copy of its 35 variables costs 36 us of
 * the JS thread. A worker has a copy of its own (SHARE_ENV cannot be told apart), and so have jest's contexts; Bun and
 * Deno have their own kind. Undefined until somebody asks: node:worker_threads takes a quarter of the time that this
 * package takes to load.
 */
let environ: object | null | undefined

function findEnviron(): object | null {
  const { isMainThread } = require('node:worker_threads') as typeof WorkerThreads
  return isMainThread && !versions['bun'] && !versions['deno'] && isEnviron(processEnv) ? processEnv : null
}

/** Only Node's own object refuses accessors. */
function isEnviron(env: object): boolean {
  const probe = 'SHARED_CHILD_PROBE'
  try {
    Object.defineProperty(env, probe, { get: () => '', configurable: true })
    delete (env as NodeJS.ProcessEnv)[probe]
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_INVALID_OBJECT_DEFINE_PROPERTY'
  }
}

export function packEnvironment(given: unknown): string | null {
  // By identity and at each call: process.env may have been replaced since.
  const env = given ?? processEnv
  if (environ === undefined) environ = findEnviron()
  if (env === environ) return null
  if (!isObject(env)) throw invalidArgType('options.env', 'of type object', env)
  const entries: string[] = []
  for (const name of namesOf(env)) {
    const value: unknown = (env as Record<string, unknown>)[name]
    if (value === undefined) continue
    systemString(`options.env['${name}']`, name)
    entries.push(`${name}=${systemString(`options.env['${name}']`, value)}`)
  }
  return entries.join('\0')
}

/**
 * Inherited ones too, as in child_process; so is the choice among names that differ only in case, where Windows allows
 * one.
 */
function namesOf(env: object): string[] {
  const names: string[] = []
  for (const name in env) names.push(name)
  if (platform !== 'win32') return names
  const seen = new Set<string>()
  return names.sort().filter((name) => {
    const before = seen.size
    return seen.add(name.toUpperCase()).size > before
  })
}
