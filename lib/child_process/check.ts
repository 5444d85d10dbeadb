// Checks on what users pass in, with the messages of child_process: those of the main entry are stricter.
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { invalidArgType, invalidArgValue, outOfRange, unknownSignal } from '../errors.js'
import { signalNumber } from '../signals.js'
import { given } from '../validate.js'

const NUMBERS = new Set<number>(Object.values(constants.signals))

export type Options = Record<string, unknown>

/** A copy of what is an options object's own, whatever Object.prototype has. */
export function bare(options: unknown): Options {
  return Object.assign(Object.create(null) as Options, options)
}

export function noNul<T>(name: string, value: T): T {
  if (typeof value === 'string' && value.includes('\0'))
    throw invalidArgValue(name, 'must be a string without null bytes', value)
  return value
}

export function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidArgType(name, 'of type string', value)
  return noNul(name, value)
}

export function optional(name: string, type: 'boolean' | 'string', value: unknown): void {
  if (given(value) && typeof value !== type) throw invalidArgType(name, `of type ${type}`, value)
  noNul(name, value)
}

export function object(name: string, value: unknown): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgType(name, 'of type object', value)
  return value
}

export function array(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidArgType(name, 'an instance of Array', value)
  value.forEach((each, i) => noNul(`${name}[${i}]`, each))
  return value as unknown[]
}

export function pathOf(name: string, value: unknown): string {
  if (typeof value === 'string') return noNul(name, value)
  if (value instanceof Uint8Array) return noNul(name, new TextDecoder().decode(value))
  const { href, protocol } = (value ?? {}) as { href?: unknown; protocol?: unknown }
  if (typeof href === 'string' && typeof protocol === 'string') return noNul(name, fileURLToPath(href))
  throw invalidArgType(name, 'of type string or an instance of Buffer or URL', value)
}

export function int32(name: string, value: unknown): void {
  if (given(value) && value !== ((value as number) | 0)) throw invalidArgType(name, 'int32', value)
}

export function timeoutOf(value: unknown): number {
  if (!given(value)) return 0
  if (!Number.isInteger(value) || (value as number) < 0) throw outOfRange('timeout', 'an unsigned integer', value)
  return value as number
}

export function maxBufferOf(value: unknown): number | null {
  if (!given(value)) return null
  if (typeof value !== 'number' || !(value >= 0)) throw outOfRange('options.maxBuffer', 'a positive number', value)
  return value
}

/** Null: none was given. */
export function killSignalOf(value: unknown): number | null {
  if (!given(value)) return null
  if (typeof value !== 'string' && typeof value !== 'number')
    throw invalidArgType('options.killSignal', 'one of type string or number', value)
  if (typeof value === 'number') {
    if (!NUMBERS.has(value)) throw unknownSignal(value)
    return value
  }
  return signalNumber(value.toUpperCase())
}

export function signalOf(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || !('aborted' in value))
    throw invalidArgType('options.signal', 'an instance of AbortSignal', value)
  return value as AbortSignal
}
