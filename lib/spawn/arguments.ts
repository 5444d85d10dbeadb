// Sorts the arguments of spawn(file, args?, options?) and spawn(file, options?).
import { invalidArgType } from '../errors.js'
import { refuseNearMiss } from '../near-misses.js'
import { elementAt, optionsObject } from '../own.js'
import type { Unchecked } from '../own.js'
import type { SpawnOptions } from '../types.js'
import { isSystemString, systemString } from '../validate.js'

export function sortArguments(second: unknown, third: unknown): { args: string[]; options: Unchecked<SpawnOptions> } {
  const { args, options } = tellApart(second, third)
  return { args: argsOf(args), options: optionsOf(options) }
}

/** Distinguishes the two forms as child_process does, where `null` means no args. */
export function tellApart(second: unknown, third: unknown): { args: readonly unknown[]; options: unknown } {
  if (Array.isArray(second)) return { args: second, options: third }
  if (second === undefined || second === null) return { args: [], options: third }
  if (typeof second !== 'object') throw invalidArgType('args', 'an instance of Array', second)
  return { args: [], options: second }
}

function argsOf(args: readonly unknown[]): string[] {
  const list: string[] = []
  for (let i = 0; i < args.length; i++) {
    const arg = elementAt(args, i)
    list.push(isSystemString(arg) ? arg : systemString(`args[${i}]`, arg))
  }
  return list
}

/**
 * Returns a copy of the options that a spawn knows. By the rule of child_process, only own enumerable properties count.
 * The copy itself always has the same own properties, so that none comes from Object.prototype, and reading them is
 * fast.
 */
function optionsOf(value: unknown): Unchecked<SpawnOptions> {
  const options = {
    argv0: undefined,
    cwd: undefined,
    detached: undefined,
    env: undefined,
    gid: undefined,
    group: undefined,
    groups: undefined,
    killGrace: undefined,
    killOnParentExit: undefined,
    killSignal: undefined,
    serialization: undefined,
    shell: undefined,
    signal: undefined,
    stdio: undefined,
    timeout: undefined,
    uid: undefined,
    windowsHide: undefined,
    windowsVerbatimArguments: undefined,
  } satisfies Record<keyof SpawnOptions, unknown>
  const given = optionsObject('options', value)
  if (given === undefined) return options
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(options, name)) options[name as keyof SpawnOptions] = (given as typeof options)[name as never]
    else refuseNearMiss('spawn()', name, (given as Record<string, unknown>)[name])
  }
  return options
}
