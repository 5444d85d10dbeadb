// Packs the child's environment: 'KEY=value' entries joined with NUL, or null for this process's own, which the native
// side reads by itself.
import { env as processEnv, platform } from 'node:process'
import { invalidArgType } from '../errors.js'
import { isObject, memberOf, namesOf } from '../own.js'
import { isSystemString, systemString } from '../validate.js'
import { isMainThreadOfNode } from './main-thread.js'
import type { ChannelPlan } from './stdio.js'

/**
 * The process.env object that is the real environment of this process, or null if this thread does not have it: workers
 * have a copy (SHARE_ENV cannot be distinguished), and so do jest's contexts; Bun and Deno have objects of their own.
 * The native side reads the real environment, because copying 35 variables takes 36 us of the JS thread. Undefined
 * until it is first needed.
 */
let environ: object | null | undefined

/** Recognizes Node's own object: no other one refuses accessors. */
function isEnviron(env: object): boolean {
  const probe = 'SHARED_CHILD_PROBE'
  try {
    Object.defineProperty(env, probe, { __proto__: null, get: () => '', configurable: true } as PropertyDescriptor)
    delete (env as NodeJS.ProcessEnv)[probe]
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_INVALID_OBJECT_DEFINE_PROPERTY'
  }
}

/**
 * The one variable that child_process passes on into every environment, so that coverage reaches all of a test run.
 */
const COVERAGE = 'NODE_V8_COVERAGE'

/** The variables that tell the child about its channel. They are never inherited. */
const CHANNEL_FD = 'NODE_CHANNEL_FD'
const CHANNEL_SERIALIZATION = 'NODE_CHANNEL_SERIALIZATION_MODE'

/**
 * Whether these variables are the environment of this process, which the native side then reads by itself. Compared by
 * identity at each call, because process.env may have been replaced.
 */
export function isReadNatively(env: unknown): boolean {
  if (environ === undefined) environ = isMainThreadOfNode() && isEnviron(processEnv) ? processEnv : null
  return env === environ
}

export function packEnvironment(given: unknown, channel: ChannelPlan | null): string | null {
  const env = given ?? processEnv
  if (isReadNatively(env) && channel === null) return null
  if (!isObject(env)) throw invalidArgType('options.env', 'of type object', env)
  // If the object itself has this variable, its value is used; `undefined` leaves the variable out.
  const coverage = Object.hasOwn(env, COVERAGE) ? undefined : variable(COVERAGE)
  const names = namesOf(env)
  if (coverage && !names.includes(COVERAGE)) names.push(COVERAGE)
  const entries: string[] = []
  for (const name of platform === 'win32' ? withoutTwins(names) : names) {
    const value: unknown = coverage && name === COVERAGE ? coverage : (env as Record<string, unknown>)[name]
    if (value === undefined || (channel !== null && isOfChannel(name))) continue
    if (name.includes('\0')) systemString(`options.env['${name}']`, name)
    entries.push(`${name}=${isSystemString(value) ? value : systemString(`options.env['${name}']`, value)}`)
  }
  if (channel !== null) entries.push(`${CHANNEL_FD}=${channel.fd}`, `${CHANNEL_SERIALIZATION}=${channel.serialization}`)
  return entries.join('\0')
}

function isOfChannel(name: string): boolean {
  const known = platform === 'win32' ? name.toUpperCase() : name
  return known === CHANNEL_FD || known === CHANNEL_SERIALIZATION
}

/** Returns a variable of this process. A missing one is not looked for on Object.prototype. */
export function variable(name: string): string | undefined {
  return memberOf(processEnv, name) as string | undefined
}

/** Returns where programs are looked up: the PATH of a packed environment, or the default of the C library. */
export function pathOf(packed: string | null): string {
  const entry = packed === null ? undefined : packed.split('\0').find((each) => each.startsWith('PATH='))
  const path = packed === null ? variable('PATH') : entry?.slice('PATH='.length)
  return path ?? '/bin:/usr/bin'
}

/** Windows allows only one of several names that differ in case; child_process takes the first in this order. */
export function withoutTwins(names: string[]): string[] {
  const seen = new Set<string>()
  return names.sort().filter((name) => {
    const before = seen.size
    return seen.add(name.toUpperCase()).size > before
  })
}
