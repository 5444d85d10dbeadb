// spawn(file, args?, options?) or spawn(file, options?)
import { invalidArgType } from '../errors.js'
import { elementsOf, ownOptions } from '../own.js'
import type { Unchecked } from '../own.js'
import type { SpawnOptions } from '../types.js'
import { systemString } from '../validate.js'

/** Tells the two forms apart as child_process does, where null args are no args. */
export function sortArguments(second: unknown, third: unknown): { args: string[]; options: Unchecked<SpawnOptions> } {
  if (Array.isArray(second)) return { args: argsOf(second), options: ownOptions('options', third) }
  if (second === undefined || second === null) return { args: [], options: ownOptions('options', third) }
  if (typeof second !== 'object') throw invalidArgType('args', 'an instance of Array', second)
  return { args: [], options: ownOptions('options', second) }
}

function argsOf(args: readonly unknown[]): string[] {
  return elementsOf(args).map((arg, i) => systemString(`args[${i}]`, arg))
}
