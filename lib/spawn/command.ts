// Determines the program and its argv, with or without a shell, as child_process does:
// https://github.com/nodejs/node/blob/v24.0.0/lib/child_process.js (normalizeSpawnArguments)
import { platform } from 'node:process'
import { invalidArgType, invalidArgValue } from '../errors.js'
import type { Unchecked } from '../own.js'
import type { SpawnOptions } from '../types.js'
import { path, systemString } from '../validate.js'
import { variable } from './environment.js'

export interface Command {
  readonly file: string
  /** All arguments, including argv[0]. */
  readonly argv: string[]
  /** Windows: the arguments already are a command line. */
  readonly verbatim: boolean
}

export function commandOf(given: unknown, args: string[], options: Unchecked<SpawnOptions>): Command {
  const program = path('file', given)
  if (program === '') throw invalidArgValue('file', 'cannot be empty', given)
  const { argv0, shell } = options
  const { file, tail, verbatim } = shellOf(shell, program, args) ?? { file: program, tail: args, verbatim: false }
  const first = argv0 === undefined || argv0 === null ? file : systemString('options.argv0', argv0)
  tail.unshift(first)
  return { file, argv: tail, verbatim }
}

function shellOf(
  shell: unknown,
  program: string,
  args: string[],
): { file: string; tail: string[]; verbatim: boolean } | null {
  if (shell === undefined || shell === null || shell === false || shell === '') return null
  if (shell !== true && typeof shell !== 'string')
    throw invalidArgType('options.shell', 'of type boolean or string', shell)
  const named = shell === true ? null : systemString('options.shell', shell)
  const line = [program, ...args].join(' ')
  if (platform !== 'win32') return { file: named ?? '/bin/sh', tail: ['-c', line], verbatim: false }
  const file = named ?? (variable('comspec') || 'cmd.exe')
  // Only cmd.exe has these switches; its quoting rules are its own, hence verbatim.
  if (/^(?:.*\\)?cmd(?:\.exe)?$/i.test(file)) return { file, tail: ['/d', '/s', '/c', `"${line}"`], verbatim: true }
  return { file, tail: ['-c', line], verbatim: false }
}
