// Options that nobody knows are ignored, as in child_process; but not those that were meant for us: a limit with a
// misspelt name, or given to the wrong call, would be no limit.
import { invalidArgValue } from './errors.js'

/** What each call knows, but for names that say something elsewhere, too. */
const OPTIONS: Readonly<Record<string, string>> = {
  'spawn()':
    'argv0 cwd detached env gid group groups killGrace killOnParentExit killSignal serialization shell signal stdio timeout uid windowsHide windowsVerbatimArguments',
  'output() and run()': 'check drainTimeout encoding input maxBuffer overflow',
  'terminate()': 'endStdin grace',
}

/** By what is left of a name when it is read carelessly. */
let known: Map<string, { readonly name: string; readonly call: string }> | null = null

const careless = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '')

function options(): NonNullable<typeof known> {
  if (known !== null) return known
  known = new Map()
  for (const [call, names] of Object.entries(OPTIONS))
    for (const name of names.split(' ')) known.set(careless(name), { name, call })
  return known
}

/** @throws `name`, which `call` does not know, is almost one that it knows, or one of another call */
export function refuseNearMiss(call: string, name: string, value: unknown): void {
  if (value === undefined || value === null) return
  const given = careless(name)
  const meant = options().get(given) ?? misspelt(given)
  if (meant === undefined) return
  const what =
    meant.name === name ? `is an option of ${meant.call}, not of ${call}` : `is no option, but '${meant.name}' is`
  throw invalidArgValue(`options.${name}`, what, value)
}

/** One letter too many, too few, another one, or two in the wrong order. Short names are too much like others for that. */
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
