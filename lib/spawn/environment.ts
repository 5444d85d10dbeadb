// The child's environment: 'KEY=value' entries joined with NUL, or null for this process's own, which the native side
// reads by itself.
import { env as processEnv, platform } from 'node:process'
import { invalidArgType } from '../errors.js'
import { isObject, memberOf, namesOf } from '../own.js'
import { isSystemString, systemString } from '../validate.js'
import { isMainThreadOfNode } from './main-thread.js'
import type { ChannelPlan } from './stdio.js'

/**
 * The process.env that is the real environment of this process, if this thread has it. (To copy 35 variables from it takes
 * 36 us of the JS thread, so the native side reads them.) A worker's is a copy (SHARE_ENV cannot be distinguished), and so
 * is that of jest's contexts; Bun and Deno have objects of their own. Undefined until it is first needed.
 */
let environ: object | null | undefined

/** Only Node's own object refuses accessors. */
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

/** The one variable that child_process passes on into every environment, so that coverage reaches all of a test run. */
const COVERAGE = 'NODE_V8_COVERAGE'

/** What tells the child of its channel, and nobody else. */
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
  // If the object has this variable itself, that counts: `undefined` leaves it out.
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

/** A variable of this process; a missing one is not looked for on Object.prototype. */
export function variable(name: string): string | undefined {
  return memberOf(processEnv, name) as string | undefined
}

/** Where programs are looked up, with a packed environment: PATH, or what the C library has for the lack of one. */
export function pathOf(packed: string | null): string {
  const entry = packed === null ? undefined : packed.split('\0').find((each) => each.startsWith('PATH='))
  const path = packed === null ? variable('PATH') : entry?.slice('PATH='.length)
  return path ?? '/bin:/usr/bin'
}

/** Of names that differ only in case, where Windows allows one, child_process takes the first in this order. */
function withoutTwins(names: string[]): string[] {
  const seen = new Set<string>()
  return names.sort().filter((name) => {
    const before = seen.size
    return seen.add(name.toUpperCase()).size > before
  })
}
