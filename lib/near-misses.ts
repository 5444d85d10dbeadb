// Unknown options are ignored, as in child_process, but not those that were meant for us: a limit that is misspelt, or
// given to the wrong call, would have no effect.
import { invalidArgValue } from './errors.js'
import { ownOptions } from './own.js'

/** The options of each call, except for names that mean something in other calls, too. */
const OPTIONS: Readonly<Record<string, string>> = {
  'spawn()':
    'argv0 cwd detached env gid group groups killGrace killOnParentExit killSignal serialization shell signal stdio timeout uid windowsHide windowsVerbatimArguments',
  'output() and run()': 'check drainTimeout encoding input maxBuffer overflow',
  'terminate()': 'endStdin grace',
}

/** The known options, by their names in lower case and without `-` and `_`. */
let known: Map<string, { readonly name: string; readonly call: string }> | null = null

const careless = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '')

function options(): NonNullable<typeof known> {
  if (known !== null) return known
  known = new Map()
  for (const [call, names] of Object.entries(OPTIONS))
    for (const name of names.split(' ')) known.set(careless(name), { name, call })
  return known
}

/**
 * Returns a copy of the options of `call`, whose names are `names`.
 *
 * @throws if the value is no object, or if one of the other names is a near miss
 */
export function optionsOfCall(call: string, names: readonly string[], value: unknown): object {
  const given = ownOptions('options', value)
  for (const [name, its] of Object.entries(given)) if (!names.includes(name)) refuseNearMiss(call, name, its)
  return given
}

/** @throws if `name`, which is no option of `call`, resembles one, or is an option of another call */
export function refuseNearMiss(call: string, name: string, value: unknown): void {
  if (value === undefined || value === null) return
  const given = careless(name)
  const meant = options().get(given) ?? misspelt(given)
  if (meant === undefined) return
  const what =
    meant.name === name
      ? `is an option of ${meant.call}, not of ${call}`
      : `is not an option (did you mean '${meant.name}'?)`
  throw invalidArgValue(`options.${name}`, what, value)
}

/**
 * Finds an option whose name differs in one letter (one too many, too few or wrong, or two exchanged). Short names are
 * too similar to other names for this.
 */
function misspelt(given: string): { readonly name: string; readonly call: string } | undefined {
  if (given.length < 5) return undefined
  for (const [name, option] of options()) if (name.length >= 5 && isOneApart(given, name)) return option
  return undefined
}

function isOneApart(a: string, b: string): boolean {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  const [restA, restB] = [a.slice(at), b.slice(at)]
  return (
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB.slice(1) ||
    (restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0])
  )
}
