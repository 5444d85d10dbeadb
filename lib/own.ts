// Reads the own properties of objects that users pass in, and not what Object.prototype has. A library that merges JSON
// carelessly lets an attacker add properties there (prototype pollution): `shell`, `cwd` or `NODE_OPTIONS` must not come
// from it.
import { invalidArgType } from './errors.js'

/** An options object as it was passed in: no field has been checked yet. */
export type Unchecked<T> = { readonly [K in keyof T]?: unknown }

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An options object, or none. */
export function optionsObject(name: string, value: unknown): object | undefined {
  if (value !== undefined && !isObject(value)) throw invalidArgType(name, 'of type object', value)
  return value
}

/** A copy of the options, by the rule of child_process: own enumerable properties (nodejs/node#48726). */
export function ownOptions(name: string, value: unknown): object {
  return { __proto__: null, ...optionsObject(name, value) }
}

/** A hole is undefined, whatever the prototypes have under its index. */
export function elementAt(list: readonly unknown[], index: number): unknown {
  return Object.hasOwn(list, index) ? list[index] : undefined
}

export function elementsOf(list: readonly unknown[]): unknown[] {
  return Array.from({ length: list.length }, (_, i) => elementAt(list, i))
}

/** A member of an object or of its class. */
export function memberOf(object: object, name: string | symbol): unknown {
  return has(lineOf(object), name) ? (object as Record<string | symbol, unknown>)[name] : undefined
}

/** The names that `for..in` visits. */
export function namesOf(object: object): string[] {
  const line = lineOf(object)
  if (line.length === 1) return Object.keys(object)
  const names: string[] = []
  for (const name in object) if (has(line, name)) names.push(name)
  return names
}

/** The object and its prototypes, without Object.prototype. */
function lineOf(object: object): object[] {
  const line: object[] = []
  for (let at: object | null = object; at !== null && !isObjectPrototype(at); at = Object.getPrototypeOf(at))
    line.push(at)
  return line
}

const has = (line: readonly object[], name: string | symbol): boolean =>
  line.some((object) => Object.hasOwn(object, name))

/** Every realm (a vm context, jest) has an Object.prototype of its own. */
function isObjectPrototype(object: object): boolean {
  return Object.getPrototypeOf(object) === null && Object.hasOwn(object, 'isPrototypeOf')
}
