// Makes a function that replaces one of node:child_process.
import { featureUnavailable } from '../errors.js'
import { given } from '../validate.js'
import { LEFT_TO_NODE, REFUSED } from './check.js'
import type { Options } from './check.js'
import { nodes, reason } from './original.js'
import { isLeftToNode, WHY_NODE } from './windows.js'

type Name = 'exec' | 'execFile' | 'execFileSync' | 'execSync' | 'fork' | 'spawn' | 'spawnSync'
type Function = (...args: unknown[]) => unknown

/** Calls our function if it can be used, and Node's own otherwise; also if our checks refuse the arguments, so that Node's error is thrown. */
export function insteadOf(name: Name, ours: (...args: never[]) => unknown): Function {
  const theirs = nodes[name] as Function
  const always = reason ?? (isLeftToNode(name) ? WHY_NODE : null)
  const function_ = (...args: unknown[]): unknown => {
    let why = always
    if (why === null) {
      try {
        return (ours as Function)(...args)
      } catch (error) {
        if (error === LEFT_TO_NODE) why = WHY_NODE
        else if (error !== REFUSED) throw error
      }
    }
    if (why !== null) refuseOwn(args, why)
    return theirs(...args)
  }
  return Object.defineProperties(function_, {
    name: { value: theirs.name },
    length: { value: theirs.length },
  })
}

const OWN = ['group', 'killOnParentExit', 'killGrace']

/** Refuses our options if Node's own functions are used, which would ignore them. */
function refuseOwn(args: readonly unknown[], why: string): void {
  for (const options of args) {
    if (typeof options !== 'object' || options === null) continue
    const name = OWN.find((each) => Object.hasOwn(options, each) && given((options as Options)[each]))
    if (name !== undefined) throw featureUnavailable(`options.${name}`, `here: ${why}`)
  }
}
