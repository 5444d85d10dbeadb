// Checks of what users pass in. Each returns the value with its type, or throws what Node would throw.
import { fileURLToPath } from 'node:url'
import { invalidArgType, invalidArgValue, outOfRange } from './errors.js'
import { isObject } from './own.js'
import type { Unchecked } from './own.js'

/** Whether a value is a string that can be passed to the operating system, where NUL ends a string. */
export function isSystemString(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}

export function systemString(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidArgType(name, 'of type string', value)
  if (!isSystemString(value)) throw invalidArgValue(name, 'must be a string without null bytes', value)
  return value
}

/** Accepts a path or a file: URL, and returns the path. */
export function path(name: string, value: unknown): string {
  if (typeof value === 'string') return systemString(name, value)
  if (isObject(value) && isUrl(value)) return systemString(name, fileURLToPath(value.href))
  throw invalidArgType(name, 'of type string or an instance of URL', value)
}

/**
 * Recognizes a URL by its members and not by its class, as there is one URL class per realm (jest, vm contexts). As in
 * child_process, an object made by url.parse() is not a URL.
 */
function isUrl(value: object): value is URL {
  const { href, protocol } = value as Unchecked<URL>
  return typeof href === 'string' && typeof protocol === 'string' && !Object.hasOwn(value, 'auth')
}

export const given = (value: unknown): boolean => value !== undefined && value !== null

/** Checks options.group. */
export function grouping(value: unknown): boolean | 'contain' {
  if (value === 'contain') return value
  if (given(value) && typeof value !== 'boolean')
    throw invalidArgType('options.group', "of type boolean or 'contain'", value)
  return value === true
}

export function boolean(name: string, value: unknown): boolean {
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') throw invalidArgType(name, 'of type boolean', value)
  return value
}

export function nonNegative(name: string, value: unknown): number {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value)
  if (!(value >= 0)) throw outOfRange(name, '>= 0', value)
  return value
}

/**
 * Checks a user or group id. The largest uint32 is not allowed, because it means "no change" to setresuid(2).
 * child_process accepts ids up to 2^31 - 1, and passes a negative one to the system, which refuses it.
 */
export function userOrGroupId(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value > 0xffff_fffe)
    throw invalidArgType(name, 'an integer from 0 to 4294967294', value)
  if (value < 0) throw outOfRange(name, '>= 0 and <= 4294967294', value)
  return value
}

/**
 * Recognizes an AbortSignal by its members and not by its class, as there is one class per realm (jest, vm contexts).
 */
export function abortSignal(name: string, value: unknown): AbortSignal | null {
  if (value === undefined || value === null) return null
  if (!isAbortSignal(value)) throw invalidArgType(name, 'an instance of AbortSignal', value)
  return value
}

function isAbortSignal(value: unknown): value is AbortSignal {
  if (!isObject(value)) return false
  const { aborted, addEventListener, removeEventListener } = value as Unchecked<AbortSignal>
  return (
    typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof removeEventListener === 'function'
  )
}
