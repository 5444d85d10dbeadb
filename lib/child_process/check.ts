// Checks of what users pass in, as child_process makes them; those of the main entry are stricter.
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { given } from '../validate.js'

const NUMBERS = new Map<unknown, number>()
for (const [name, number] of Object.entries(constants.signals)) NUMBERS.set(name, number).set(number, number)

export type Options = Record<string, unknown>

/** Thrown for arguments that Node refuses: Node's own function is then called, and throws the error of its version (instead.ts). */
export const REFUSED = Symbol('refused')

/** Thrown for children that Node's own function has to start (windows.ts). */
export const LEFT_TO_NODE = Symbol('left to Node')

export function must(holds: boolean): asserts holds {
  // oxlint-disable-next-line typescript/only-throw-error -- it is caught, and needs no stack
  if (!holds) throw REFUSED
}

/** Returns a copy of an options object's own properties, whatever Object.prototype has. */
export function bare(options: unknown): Options {
  return Object.assign(Object.create(null) as Options, options)
}

export function noNul<T>(value: T): T {
  must(typeof value !== 'string' || !value.includes('\0'))
  return value
}

export function text(value: unknown): string {
  must(typeof value === 'string')
  return noNul(value)
}

export function filled(value: unknown): string {
  must(value !== '')
  return text(value)
}

export function optional(type: 'boolean' | 'string', value: unknown): void {
  must(!given(value) || typeof value === type)
  noNul(value)
}

export function object(value: unknown): object {
  must(typeof value === 'object' && value !== null && !Array.isArray(value))
  return value
}

export function array(value: unknown): readonly unknown[] {
  must(Array.isArray(value))
  value.forEach(noNul)
  return value as unknown[]
}

export function pathOf(value: unknown): string {
  if (typeof value === 'string') return noNul(value)
  if (value instanceof Uint8Array) return noNul(new TextDecoder().decode(value))
  const { href, protocol, auth, path } = (value ?? {}) as Record<'href' | 'protocol' | 'auth' | 'path', unknown>
  // An object made by url.parse() has an auth and a path; a URL has neither.
  must(Boolean(href) && Boolean(protocol) && auth === undefined && path === undefined)
  return noNul(fileURLToPath(value as URL))
}

export function shellOption(value: unknown): string | boolean {
  must(!given(value) || typeof value === 'boolean' || typeof value === 'string')
  return noNul(value as string | boolean | null | undefined) ?? false
}

export function int32(value: unknown): void {
  must(!given(value) || (typeof value === 'number' && value === (value | 0)))
}

export function timeoutOf(value: unknown): number {
  must(!given(value) || (Number.isSafeInteger(value) && (value as number) >= 0))
  return (value as number | undefined) ?? 0
}

/** Undefined means no limit, and null means 0, as in child_process. */
export function maxBufferOf(value: unknown): number {
  if (value === undefined) return Infinity
  must(value === null || (typeof value === 'number' && value >= 0))
  return Number(value)
}

/** Returns null if none was given. */
export function killSignalOf(value: unknown): number | null {
  if (!given(value)) return null
  const number = NUMBERS.get(typeof value === 'string' ? value.toUpperCase() : value)
  must(number !== undefined)
  return number
}

export function signalOf(value: unknown): AbortSignal | undefined {
  must(value === undefined || (typeof value === 'object' && value !== null && 'aborted' in value))
  return value as AbortSignal | undefined
}

export function callbackOf(value: unknown): unknown {
  must(!given(value) || typeof value === 'function')
  return value ?? null
}
