// spawn(file, args?, options?) or spawn(file, options?)
import { invalidArgType } from '../errors.js'
import type { SpawnOptions } from '../types.js'
import { optionsObject, systemString } from '../validate.js'
import type { Unchecked } from '../validate.js'

/** Tells the two forms apart as child_process does, where null args are no args. */
export function sortArguments(second: unknown, third: unknown): { args: string[]; options: Unchecked<SpawnOptions> } {
  if (Array.isArray(second)) return { args: copyOf(second), options: optionsObject('options', third) }
  if (second === undefined || second === null) return { args: [], options: optionsObject('options', third) }
  if (typeof second !== 'object') throw invalidArgType('args', 'an instance of Array', second)
  return { args: [], options: second }
}

function copyOf(args: readonly unknown[]): string[] {
  const copy: string[] = []
  for (let i = 0; i < args.length; i++) copy.push(systemString(`args[${i}]`, args[i]))
  return copy
}
