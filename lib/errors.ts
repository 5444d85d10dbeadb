// The one place where Error objects are created. They have Node's own shapes, so that code written for child_process
// recognises them.
import { constants } from 'node:buffer'
import { constants as system } from 'node:os'
import { platform } from 'node:process'
import { getSystemErrorName, inspect } from 'node:util'
import type { SpawnFailure } from '../index.js'
import type { ExitStatus } from './types.js'

// libuv's error numbers, which differ from those of the C library on Windows (uv/errno.h).
const onWindows = platform === 'win32'
export const UV_EAGAIN = onWindows ? -4088 : -system.errno.EAGAIN
export const UV_ENOENT = onWindows ? -4058 : -system.errno.ENOENT
export const UV_EINVAL = onWindows ? -4071 : -system.errno.EINVAL
export const UV_ESRCH = onWindows ? -4040 : -system.errno.ESRCH
const UV_EPIPE = onWindows ? -4047 : -system.errno.EPIPE

/** Adds the code as Node does: as a property and in the first line of the stack, but not in the name. */
export function coded<E extends Error>(error: E, code: string): E & { code: string } {
  const { name, stack } = error
  if (stack?.startsWith(name)) error.stack = `${name} [${code}]${stack.slice(name.length)}`
  // The strings of Node's own errors contain the code, too.
  const toString = (): string => `${error.name} [${code}]: ${error.message}`
  Object.defineProperty(error, 'toString', {
    __proto__: null,
    value: toString,
    writable: true,
    configurable: true,
  } as PropertyDescriptor)
  return Object.assign(error, { code })
}

/** Returns the "Received .." part of Node's messages, which describes the value without printing all of it. */
function received(value: unknown): string {
  if (value === null || value === undefined) return `Received ${value}`
  if (typeof value === 'function') return `Received function ${value.name}`
  if (typeof value === 'object') {
    const name: unknown = value.constructor?.name
    return typeof name === 'string' && name !== ''
      ? `Received an instance of ${name}`
      : `Received ${inspect(value, { depth: -1 })}`
  }
  const shown = inspect(value)
  return `Received type ${typeof value} (${shown.length > 28 ? `${shown.slice(0, 25)}...` : shown})`
}

const kind = (name: string): string => (name.includes('.') ? 'property' : 'argument')

/** @param expected completes "must be ..": 'of type string' */
export function invalidArgType(name: string, expected: string, value: unknown): TypeError {
  return coded(
    new TypeError(`The "${name}" ${kind(name)} must be ${expected}. ${received(value)}`),
    'ERR_INVALID_ARG_TYPE',
  )
}

/** @param reason completes "The argument 'x' ..": 'cannot be empty' */
export function invalidArgValue(name: string, reason: string, value: unknown): TypeError {
  const shown = inspect(value)
  const short = shown.length > 128 ? `${shown.slice(0, 128)}...` : shown
  return coded(new TypeError(`The ${kind(name)} '${name}' ${reason}. Received ${short}`), 'ERR_INVALID_ARG_VALUE')
}

export function outOfRange(name: string, range: string, value: unknown): RangeError {
  return coded(
    new RangeError(`The value of "${name}" is out of range. It must be ${range}. Received ${inspect(value)}`),
    'ERR_OUT_OF_RANGE',
  )
}

export function unknownSignal(signal: unknown): TypeError {
  return coded(
    new TypeError(
      `Unknown signal: expected a name of os.constants.signals, 'SIGRTMIN+n' or 0 to 64, got ${inspect(signal)}`,
    ),
    'ERR_UNKNOWN_SIGNAL',
  )
}

export function featureUnavailable(feature: string, where: string): Error {
  return coded(new Error(`The feature ${feature} is unavailable ${where}`), 'ERR_FEATURE_UNAVAILABLE')
}

export function illegalConstructor(): TypeError {
  return coded(
    new TypeError('Illegal constructor: use SharedChild.spawn(), spawnSync() or attach()'),
    'ERR_ILLEGAL_CONSTRUCTOR',
  )
}

export function invalidState(what: string): Error {
  return coded(new Error(`Invalid state: ${what}`), 'ERR_INVALID_STATE')
}

export function channelClosed(): Error {
  return coded(new Error('Channel closed'), 'ERR_IPC_CHANNEL_CLOSED')
}

export function oneChannel(): Error {
  return coded(new Error('Child process can have only one IPC pipe'), 'ERR_IPC_ONE_PIPE')
}

export function handleRefused(): TypeError {
  return coded(
    new TypeError('This handle type cannot be sent: send() takes a message, and nothing else'),
    'ERR_INVALID_HANDLE_TYPE',
  )
}

export function malformedMessage(cause: unknown): Error {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return coded(
    new Error(`The child has sent something that is not a message${why}`, { cause }),
    'ERR_IPC_MALFORMED_MESSAGE',
  )
}

export function childGone(): Error {
  return coded(new Error('No such child: the token is from another process, or its child is gone'), 'ERR_CHILD_GONE')
}

export function reapedElsewhere(pid: number): Error {
  return coded(
    new Error(`The exit status of child ${pid} was taken by somebody else in this process`),
    'ERR_CHILD_REAPED_ELSEWHERE',
  )
}

/** The error with which Node's permission model refuses a child process. */
export function accessDenied(spawnfile: string): Error {
  const message = 'Access to this API has been restricted. Use --allow-child-process to manage permissions.'
  return Object.assign(coded(new Error(message), 'ERR_ACCESS_DENIED'), {
    permission: 'ChildProcess',
    resource: spawnfile,
  })
}

/** Deno's error, with Deno's own class. Its code is that of Node's model, so that one check recognises both. */
export function notCapable(NotCapable: new (message: string) => Error, spawnfile: string, all: boolean): Error {
  const message = all
    ? `Requires run access to all programs to start "${spawnfile}" with these environment variables, run again with the --allow-run flag`
    : `Requires run access to "${spawnfile}", run again with the --allow-run flag`
  return Object.assign(new NotCapable(message), { code: 'ERR_ACCESS_DENIED', permission: 'run', resource: spawnfile })
}

/** @param what completes "Expected the native addon: ..": where it should come from */
export function addonMissing(what: string, cause: unknown): Error {
  return coded(new Error(`Expected the native addon of shared-child: ${what}`, { cause }), 'MODULE_NOT_FOUND')
}

/** The error, of any realm, with which the system or the runtime refuses to load a file. */
export type LoadError = Pick<NodeJS.ErrnoException, 'code' | 'message'>

/** The codes that mean a missing or broken file, and not a runtime that refuses addons. */
const BROKEN = new Set<string | undefined>(['ERR_DLOPEN_FAILED', 'MODULE_NOT_FOUND'])

/** @param which completes "The native addon ..": 'in the package shared-child-linux-x64-gnu' */
export function addonUnloadable(which: string, cause: LoadError): Error {
  const code = cause.code !== undefined && cause.code !== 'MODULE_NOT_FOUND' ? cause.code : 'ERR_DLOPEN_FAILED'
  const advice = BROKEN.has(cause.code)
    ? '. If the file is damaged or missing, delete node_modules and install again'
    : ''
  return coded(new Error(`The native addon ${which} cannot be loaded: ${cause.message}${advice}`, { cause }), code)
}

class AbortError extends Error {
  readonly code = 'ABORT_ERR'
  // On the prototype, so that the stack begins with it; and also an own property of the error, as in Node.
  override get name(): string {
    return 'AbortError'
  }
  constructor(message: string, options: ErrorOptions) {
    super(message, options)
    Object.defineProperty(this, 'name', {
      __proto__: null,
      value: 'AbortError',
      writable: true,
      enumerable: true,
      configurable: true,
    } as PropertyDescriptor)
  }
}

/** The error with which child_process reports the abort of a running child. */
export function childAborted(reason: unknown): Error {
  return new AbortError('The operation was aborted', { cause: reason })
}

export function abortError(signal: AbortSignal): Error {
  return new AbortError('The operation was aborted', { cause: signal.reason })
}

/** Creates Node's ErrnoException from an error number of libuv. */
export function systemError(errno: number, syscall: string, why: string | null = null): NodeJS.ErrnoException {
  const code = getSystemErrorName(errno)
  const message = why === null ? `${syscall} ${code}` : `${syscall} ${code}: ${why}`
  return Object.assign(new Error(message), { errno, code, syscall })
}

/** The error of a write to a pipe without a reader. */
export function brokenPipe(): NodeJS.ErrnoException {
  return systemError(UV_EPIPE, 'write')
}

export function killFailed(errno: number): NodeJS.ErrnoException {
  return systemError(errno, 'kill')
}

/** The values of SpawnFailure.stage, which say what was at fault. */
const CHDIR = 1
const CONTAIN = 2
const KILL_ON_PARENT_EXIT = 3

export function noThread(errno: number): NodeJS.ErrnoException {
  return systemError(errno, 'thread')
}

/**
 * The error for a program that was not started, in the form of child_process; but if the cwd is bad, it names the cwd
 * (nodejs/node#51054). It is created in the continuation of an async function, where V8 still knows who awaits it. So
 * the stack shows the caller, and a spawn that succeeds does not pay the 3 to 4 us of capturing the stack at the call.
 *
 * @param why what the code alone does not say
 */
export function spawnFailed(
  failure: SpawnFailure,
  spawnfile: string,
  spawnargs: readonly string[],
  cwd: string | null,
  why: string | null,
): Error {
  if (failure.stage === CONTAIN) return featureUnavailable("options.group 'contain'", 'here: no cgroup can be made')
  if (failure.stage === KILL_ON_PARENT_EXIT)
    return featureUnavailable(
      'options.killOnParentExit',
      "on this system, or with options.group as it is ('contain' on Linux)",
    )
  const badCwd = failure.stage === CHDIR && cwd !== null
  const error = systemError(failure.errno, badCwd ? 'chdir' : `spawn ${spawnfile}`, why)
  return Object.assign(error, { path: badCwd ? cwd : spawnfile, spawnargs: spawnargs.slice(1) })
}

/** What output() had read when it failed, so that nothing is lost. */
interface Read {
  readonly stdout: string | Buffer
  readonly stderr: string | Buffer
  readonly status: ExitStatus
}

/** @param read its stdout and stderr are bytes */
export function stringTooLong(read: Read): Error {
  const limit = `0x${constants.MAX_STRING_LENGTH.toString(16)}`
  const error = new Error(`Cannot create a string longer than ${limit} characters: use encoding 'buffer'`)
  return Object.assign(coded(error, 'ERR_STRING_TOO_LONG'), read)
}

/** The error of execFile() of child_process, without what was read. */
export function stdioMaxBuffer(stream: string): RangeError {
  return coded(new RangeError(`${stream} maxBuffer length exceeded`), 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
}

export function maxBufferExceeded(stream: string, read: Read): RangeError {
  return Object.assign(
    coded(new RangeError(`${stream} maxBuffer length exceeded`), 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'),
    read,
  )
}
