// Turns (file, args?, options?) into the object that ChildProcess.prototype.spawn() takes. It is as lenient as child_process:
// an environment may inherit variables from Object.prototype.
import { env as processEnv } from 'node:process'
import { isReadNatively, withoutTwins } from '../spawn/environment.js'
import { given } from '../validate.js'
import { array, bare, filled, int32, noNul, object, optional, pathOf, shellOption } from './check.js'
import type { Options } from './check.js'
import { nodes } from './original.js'
import { isWindows } from './windows.js'

export interface Normal extends Options {
  file: string
  /** Values that are not strings are converted when the program is started. */
  args: unknown[]
  cwd: string | undefined
  /** If undefined, the child gets the environment of this process. Node replaces it with an empty list, so `inherits` says this as well. */
  envPairs: string[] | undefined
  inherits: boolean
}

/** @param listed whether other code may read the environment from the result, or add to it, so that it must always be there */
export function normalize(file: unknown, second: unknown, third: unknown, listed: boolean): Normal {
  const program = filled(file)
  const hasList = Array.isArray(second)
  const list = hasList ? [...array(second)] : []
  const last = hasList || !given(second) ? third : object(second)
  const options = bare(last === undefined ? {} : object(last))
  const cwd = given(options['cwd']) ? pathOf(options['cwd']) : undefined
  optional('boolean', options['detached'])
  int32(options['uid'])
  int32(options['gid'])
  const shell = shellOption(options['shell'])
  optional('string', options['argv0'])
  optional('boolean', options['windowsHide'])
  optional('boolean', options['windowsVerbatimArguments'])
  if (shell && list.length > 0) warnOfShellArguments()
  const command = shell ? shellOf(shell, [program, ...list]) : null
  const name = command?.file ?? program
  const env = (options['env'] || processEnv) as NodeJS.ProcessEnv
  const { stdio } = options
  const hasChannel = Array.isArray(stdio) && stdio.includes('ipc')
  // On Windows, the native side also has the variables that process.env hides (the current directories of the drives).
  const inherits = !listed && !hasChannel && !isWindows && isReadNatively(env)
  return Object.assign(options, {
    args: [(options['argv0'] as string | undefined) ?? name, ...(command?.tail ?? list)],
    cwd,
    detached: Boolean(options['detached']),
    envPairs: inherits ? undefined : pairsOf(env),
    file: name,
    inherits,
    windowsHide: Boolean(options['windowsHide']),
    windowsVerbatimArguments: command?.verbatim ?? Boolean(options['windowsVerbatimArguments']),
  })
}

let hasWarned = false

/** Makes Node print its own warning (DEP0190), once, in the versions that have it. Nothing is started, because Node refuses the timeout. */
function warnOfShellArguments(): void {
  if (hasWarned) return
  hasWarned = true
  try {
    nodes.spawn('x', ['x'], { shell: true, timeout: -1 })
  } catch {}
}

function shellOf(shell: string | true, words: unknown[]): { file: string; tail: string[]; verbatim?: true } {
  const line = words.join(' ')
  if (!isWindows) return { file: shell === true ? '/bin/sh' : shell, tail: ['-c', line] }
  const file = shell === true ? processEnv['comspec'] || 'cmd.exe' : shell
  if (/^(?:.*\\)?cmd(?:\.exe)?$/i.test(file)) return { file, tail: ['/d', '/s', '/c', `"${line}"`], verbatim: true }
  return { file, tail: ['-c', line] }
}

/** The one variable that is passed on to every child, so that coverage reaches all of a test run. */
const COVERAGE = 'NODE_V8_COVERAGE'

function pairsOf(env: NodeJS.ProcessEnv): string[] {
  const pairs: string[] = []
  const add = (name: string, value: unknown): void => {
    if (value === undefined) return
    noNul(name)
    noNul(value)
    pairs.push(`${name}=${value as string}`)
  }
  const names: string[] = []
  // Inherited variables count, as in child_process.
  for (const name in env) names.push(name)
  for (const name of isWindows ? withoutTwins(names) : names) add(name, env[name])
  if (processEnv[COVERAGE] && !Object.hasOwn(env, COVERAGE)) add(COVERAGE, processEnv[COVERAGE])
  return pairs
}
