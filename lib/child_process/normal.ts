// From (file, args?, options?) to the object that ChildProcess.prototype.spawn() takes. It is as lenient as child_process:
// numbers become strings, and what Object.prototype has in an environment counts.
import { env as processEnv, platform } from 'node:process'
import { invalidArgType, invalidArgValue } from '../errors.js'
import { isReadNatively } from '../spawn/environment.js'
import { given } from '../validate.js'
import { array, bare, int32, noNul, object, optional, pathOf, text } from './check.js'
import type { Options } from './check.js'

export interface Normal extends Options {
  file: string
  args: string[]
  cwd: string | undefined
  /** Undefined: the environment of this process. Node makes it an empty list then, which is why `inherits` says so, too. */
  envPairs: string[] | undefined
  inherits: boolean
}

/** `listed`: somebody may read the environment from the result, or add to it, so that it has to be there in any case. */
export function normalize(file: unknown, second: unknown, third: unknown, listed: boolean): Normal {
  const program = text('file', file)
  if (program === '') throw invalidArgValue('file', 'cannot be empty', file)
  const second_ = second ?? []
  if (typeof second_ !== 'object') throw invalidArgType('args', 'of type object', second)
  const hasList = Array.isArray(second_)
  const list = hasList ? [...array('args', second_)] : []
  const last = hasList ? third : second_
  const options = bare(last === undefined ? {} : object('options', last))
  const cwd = given(options['cwd']) ? pathOf('options.cwd', options['cwd']) : undefined
  optional('options.detached', 'boolean', options['detached'])
  int32('options.uid', options['uid'])
  int32('options.gid', options['gid'])
  const { shell } = options
  if (given(shell) && typeof shell !== 'boolean' && typeof shell !== 'string')
    throw invalidArgType('options.shell', 'one of type boolean or string', shell)
  optional('options.argv0', 'string', options['argv0'])
  optional('options.windowsHide', 'boolean', options['windowsHide'])
  optional('options.windowsVerbatimArguments', 'boolean', options['windowsVerbatimArguments'])
  const command = shell ? shellOf(noNul('options.shell', shell) as string | true, [program, ...list]) : null
  const name = command?.file ?? program
  const env = (options['env'] || processEnv) as NodeJS.ProcessEnv
  const { stdio } = options
  const hasChannel = Array.isArray(stdio) && stdio.includes('ipc')
  const inherits = !listed && !hasChannel && isReadNatively(env)
  return Object.assign(options, {
    args: [(options['argv0'] as string | undefined) ?? name, ...(command?.tail ?? list)].map(String),
    cwd,
    detached: Boolean(options['detached']),
    envPairs: inherits ? undefined : pairsOf(env),
    file: name,
    inherits,
    windowsHide: Boolean(options['windowsHide']),
    windowsVerbatimArguments: command?.verbatim ?? Boolean(options['windowsVerbatimArguments']),
  })
}

function shellOf(shell: string | true, words: unknown[]): { file: string; tail: string[]; verbatim?: true } {
  const line = words.join(' ')
  if (platform !== 'win32') return { file: shell === true ? '/bin/sh' : shell, tail: ['-c', line] }
  const file = shell === true ? (processEnv['comspec'] ?? 'cmd.exe') : shell
  if (/^(?:.*\\)?cmd(?:\.exe)?$/i.test(file)) return { file, tail: ['/d', '/s', '/c', `"${line}"`], verbatim: true }
  return { file, tail: ['-c', line] }
}

/** The one variable that reaches every child, so that coverage reaches all of a test run. */
const COVERAGE = 'NODE_V8_COVERAGE'

function pairsOf(env: NodeJS.ProcessEnv): string[] {
  const pairs: string[] = []
  const add = (name: string, value: unknown): void => {
    if (value === undefined) return
    noNul(`options.env['${name}']`, name)
    noNul(`options.env['${name}']`, value)
    pairs.push(`${name}=${value as string}`)
  }
  // Inherited ones count, as in child_process.
  for (const name in env) add(name, env[name])
  if (processEnv[COVERAGE] && !Object.hasOwn(env, COVERAGE)) add(COVERAGE, processEnv[COVERAGE])
  return pairs
}
