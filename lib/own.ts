// Reads the own properties of objects that users pass in, and not what Object.prototype has. A library that merges JSON
// carelessly lets an attacker add properties there (prototype pollution): `shell`, `cwd` or `NODE_OPTIONS` must not
// come from it.
import { invalidArgType } from './errors.js'

/** An options object as it was passed in; none of its fields has been checked yet. */
export type Unchecked<T> = { readonly [K in keyof T]?: unknown }

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns an options object, or undefined if there is none. */
export function optionsObject(name: string, value: unknown): object | undefined {
  if (value !== undefined && !isObject(value)) throw invalidArgType(name, 'of type object', value)
  return value
}

/**
 * Returns a copy of the options' own enumerable properties, which is the rule of child_process (nodejs/node#48726).
 */
export function ownOptions(name: string, value: unknown): object {
  return { __proto__: null, ...optionsObject(name, value) }
}

/** Returns an element; that of a hole is undefined, whatever the prototypes have at its index. */
export function elementAt(list: readonly unknown[], index: number): unknown {
  return Object.hasOwn(list, index) ? list[index] : undefined
}

export function elementsOf(list: readonly unknown[]): unknown[] {
  return Array.from({ length: list.length }, (_, i) => elementAt(list, i))
}

/** Returns a member of an object or of its class. */
export function memberOf(object: object, name: string | symbol): unknown {
  return has(lineOf(object), name) ? (object as Record<string | symbol, unknown>)[name] : undefined
}

/** Returns the names that `for..in` visits, without those of Object.prototype. */
export function namesOf(object: object): string[] {
  const line = lineOf(object)
  if (line.length === 1) return Object.keys(object)
  const names: string[] = []
  for (const name in object) if (has(line, name)) names.push(name)
  return names
}

/** Returns the object and its prototypes, without Object.prototype. */
function lineOf(object: object): object[] {
  const line: object[] = []
  for (let at: object | null = object; at !== null && !isObjectPrototype(at); at = Object.getPrototypeOf(at))
    line.push(at)
  return line
}

const has = (line: readonly object[], name: string | symbol): boolean =>
  line.some((object) => Object.hasOwn(object, name))

/** Does not compare with Object.prototype, because every realm (a vm context, jest) has its own. */
function isObjectPrototype(object: object): boolean {
  return Object.getPrototypeOf(object) === null && Object.hasOwn(object, 'isPrototypeOf')
}
