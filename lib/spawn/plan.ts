// Turns the arguments of spawn() into the request to the native side. Every option is read once, here, at the time of
// the call.
import { platform, versions } from 'node:process'
import { DEFAULT_ENDING } from '../ending.js'
import type { Ending, Limits } from '../ending.js'
import { abortError, featureUnavailable, invalidArgType, invalidArgValue, unknownSignal } from '../errors.js'
import type { Serialization } from '../ipc/codec.js'
import { elementsOf } from '../own.js'
import type { Unchecked } from '../own.js'
import {
  DETACHED,
  groupFlag,
  parentExitFlag,
  RECORD_SURROUNDINGS,
  VERBATIM_ARGUMENTS,
  HIDE_WINDOW,
  SHOW_WINDOW,
} from '../records.js'
import type { SpawnRequest } from '../records.js'
import { signalNumber } from '../signals.js'
import type { SpawnOptions } from '../types.js'
import { abortSignal, boolean, given, grouping, nonNegative, path, userOrGroupId } from '../validate.js'
import { sortArguments } from './arguments.js'
import { commandOf } from './command.js'
import { packEnvironment } from './environment.js'
import type { GivenStreams } from './given.js'
import { isMainThreadOfNode } from './main-thread.js'
import { stdioOf } from './stdio.js'

export interface Plan extends SpawnRequest {
  /** The streams that the child gets; null if there are none. */
  readonly given: GivenStreams | null
  readonly spawnfile: string
  /** All arguments, including argv[0], as in child_process. */
  readonly spawnargs: readonly string[]
  /** How limits, terminate() and disposal end the child. */
  readonly ending: Ending
  readonly limits: Limits | null
}

/** @throws if an argument is invalid, or an AbortError if options.signal has aborted */
export function planSpawn(file: unknown, second: unknown, third: unknown): Plan {
  const { args, options } = sortArguments(second, third)
  const { file: spawnfile, argv: spawnargs, verbatim } = commandOf(file, args, options)
  const { fds, given: streams, channel } = stdioOf(options.stdio, serializationOf(options.serialization))
  return {
    flags: flagsOf(options, verbatim),
    uid: id('uid', options.uid),
    gid: id('gid', options.gid),
    groups: groupsOf(options.groups),
    stdio: fds,
    args: spawnargs.join('\0'),
    file: spawnargs[0] === spawnfile ? null : spawnfile,
    env: packEnvironment(options.env, channel),
    cwd: cwdOf(options.cwd),
    given: streams,
    spawnfile,
    spawnargs,
    ending: endingOf(options),
    limits: limitsOf(options),
  }
}

function flagsOf(options: Unchecked<SpawnOptions>, verbatim: boolean): number {
  const { detached, windowsHide, windowsVerbatimArguments } = options
  let flags = verbatim ? VERBATIM_ARGUMENTS : 0
  if (!isMainThreadOfNode()) flags |= RECORD_SURROUNDINGS
  if (boolean('options.detached', detached)) flags |= DETACHED
  if (boolean('options.windowsHide', windowsHide)) flags |= HIDE_WINDOW
  else if (given(windowsHide)) flags |= SHOW_WINDOW
  flags |= groupFlag(grouping(options.group))
  boolean('options.killOnParentExit', options.killOnParentExit)
  flags |= parentExitFlag(options.killOnParentExit, detached)
  if (boolean('options.windowsVerbatimArguments', windowsVerbatimArguments)) flags |= VERBATIM_ARGUMENTS
  return flags
}

function serializationOf(value: unknown): Serialization {
  if (!given(value) || value === 'json') return 'json'
  if (value !== 'advanced') throw invalidArgValue('options.serialization', "must be 'json' or 'advanced'", value)
  // Bun's node:v8 has no serializer, and Bun's own children use a different format under this name.
  if (Object.hasOwn(versions, 'bun')) throw featureUnavailable("options.serialization 'advanced'", 'in Bun')
  return value
}

/** An empty string means none, as in child_process. */
function cwdOf(value: unknown): string | null {
  return given(value) ? path('options.cwd', value) || null : null
}

/** Refuses signal 0, which ends nothing: a limit would have no effect. */
function endingOf({ killSignal, killGrace }: Unchecked<SpawnOptions>): Ending {
  const signal = given(killSignal) ? signalNumber(killSignal) : DEFAULT_ENDING.signal
  if (signal === 0) throw unknownSignal(killSignal)
  const grace = given(killGrace) ? nonNegative('options.killGrace', killGrace) : DEFAULT_ENDING.grace
  return { signal, grace }
}

function limitsOf(options: Unchecked<SpawnOptions>): Limits | null {
  const signal = abortSignal('options.signal', options.signal)
  // 0 means no limit, as in child_process.
  const timeout = nonNegative('options.timeout', options.timeout ?? Infinity) || Infinity
  if (signal?.aborted) throw abortError(signal)
  return signal === null && timeout === Infinity ? null : { signal, timeout }
}

function id(option: 'uid' | 'gid', value: unknown): number | null {
  if (!given(value)) return null
  refuseOnWindows(option)
  return userOrGroupId(`options.${option}`, value)
}

function groupsOf(value: unknown): number[] | null {
  if (!given(value)) return null
  refuseOnWindows('groups')
  if (!Array.isArray(value)) throw invalidArgType('options.groups', 'an instance of Array', value)
  return elementsOf(value).map((group, i) => userOrGroupId(`options.groups[${i}]`, group))
}

function refuseOnWindows(option: string): void {
  if (platform === 'win32') throw featureUnavailable(`options.${option}`, 'on Windows')
}
