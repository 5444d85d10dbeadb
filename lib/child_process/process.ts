// Replaces Node's ProcessWrap as the handle of a ChildProcess. Node's own JavaScript creates the streams and the IPC
// channel; it calls spawn(), kill(), ref(), unref() and close(), and `onexit` calls it back.
import { AsyncResource } from 'node:async_hooks'
import { nextTick, versions } from 'node:process'
import type { NativeChild, SpawnFailure } from '../../index.js'
import { UV_EINVAL, UV_ESRCH } from '../errors.js'
import { forgetExit, hold, listenForExit, release, spawnPaired } from '../events.js'
import { signalName } from '../native.js'
import {
  AS_CHILD_PROCESS,
  DETACHED,
  groupFlag,
  HIDE_WINDOW,
  parentExitFlag,
  SHOW_WINDOW,
  VERBATIM_ARGUMENTS,
} from '../records.js'
import type { SpawnRequest } from '../records.js'
import { signalNumber } from '../signals.js'
import { afterAnotherPoll } from '../soon.js'
import type { ExitStatus } from '../types.js'
import type { Normal } from './normal.js'
import { isWindows, knownSignal } from './windows.js'

const IGNORE = -1
// These ask for a pair: see src/binding/child_process.rs.
const PAIR = -3
const OVERLAPPED_PAIR = -4

/** Electron makes Node hide the console windows of children. */
const WINDOW = Object.hasOwn(versions, 'electron') ? 0 : SHOW_WINDOW

/** An entry of stdio, as Node has completed it. */
export interface Entry {
  readonly type: string
  readonly fd?: number
  readonly handle?: { readonly fd: number; open(fd: number): unknown }
}

export function requestOf(options: Normal, stdio: readonly Entry[]): SpawnRequest {
  const { file, args, cwd, envPairs, uid, gid, group, detached, windowsHide, windowsVerbatimArguments } = options
  const inherits = options.inherits && !envPairs?.length
  const argv = args?.length ? args.map(stringOf) : [file]
  const fds = stdio.map(fdOf)
  while (fds.length < 3) fds.push(IGNORE)
  return {
    flags:
      AS_CHILD_PROCESS |
      (detached ? DETACHED : 0) |
      (windowsHide ? HIDE_WINDOW : WINDOW) |
      (windowsVerbatimArguments ? VERBATIM_ARGUMENTS : 0) |
      groupFlag(group) |
      parentExitFlag(options['killOnParentExit'], detached),
    uid: idOf(uid),
    gid: idOf(gid),
    groups: null,
    stdio: fds,
    args: argv.join('\0'),
    file: argv[0] === file ? null : file,
    env: inherits ? null : (envPairs ?? []).join('\0'),
    cwd: cwd || null,
  }
}

/** Converts values that are not strings as Node does: a symbol is an error, and a NUL ends the string. */
function stringOf(value: unknown): string {
  // oxlint-disable-next-line typescript/restrict-template-expressions -- anything may have been given
  return typeof value === 'string' ? value : `${value}`.split('\0', 1)[0]!
}

/** Converts an id, which is signed in child_process and unsigned in the kernel. */
const idOf = (id: unknown): number | null => (typeof id === 'number' ? id >>> 0 : null)

/**
 * For the kernel, -1 means "no change": the child would have the rights of this process. So it is EINVAL, as in child_process.
 */
export const hasNoSuchId = ({ uid, gid }: Normal): boolean => uid === -1 || gid === -1

function fdOf({ type, fd, handle }: Entry): number {
  if (type === 'ignore') return IGNORE
  if (type === 'pipe') return PAIR
  if (type === 'overlapped') return OVERLAPPED_PAIR
  return fd ?? handle?.fd ?? IGNORE
}

export class Process extends AsyncResource {
  /** The callback, with Node's name for it. */
  onexit: (code: number | null, signal: string) => void
  pid: number | undefined
  native: NativeChild | null = null
  failure: SpawnFailure | null = null
  /** Node completes these options before it calls spawn(). What it passes to spawn() itself differs between versions. */
  readonly #options: Normal
  #refd = true
  #listening = false
  /** Windows: the signal that kill() has sent last. The system does not know of it; Node reports it as what ended the child. */
  #sent = 0

  constructor(options: Normal, onexit: Process['onexit']) {
    super('PROCESSWRAP')
    this.#options = options
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- Node's own name for a callback
    this.onexit = onexit
  }

  /** Returns 0, or an error number of libuv. */
  spawn(): number {
    if (hasNoSuchId(this.#options)) return UV_EINVAL
    const stdio = this.#options['stdio'] as readonly Entry[]
    const answer = spawnPaired(requestOf(this.#options, stdio), (fd, end) => void stdio[fd]!.handle!.open(end))
    if (Object.hasOwn(answer, 'errno')) {
      this.failure = answer as SpawnFailure
      return this.failure.errno
    }
    this.native = answer as NativeChild
    this.pid = this.native.pid
    this.#listening = true
    listenForExit(this.native.handle, this)
    if (this.#refd) hold()
    return 0
  }

  /**
   * Reports the exit when the loop has polled once more, and so has read what the child had written, because Node reports an exit
   * last. One turn is not enough, because the child may have written and exited after the poll of this turn. If other code has
   * taken the status, there is neither a code nor a signal, because a 0 would mean success.
   */
  exited(status: ExitStatus | null): void {
    if (this.native !== null) forgetExit(this.native.handle)
    afterAnotherPoll(() => this.#tell(status))
  }

  #tell(status: ExitStatus | null): void {
    if (!this.#listening) return
    this.#stop()
    const signal = status?.signal ?? (this.#sent > 0 ? signalName(this.#sent) : '')
    this.runInAsyncScope(this.onexit, undefined, status?.code ?? (status?.signal ? 0 : null), signal)
  }

  kill(signal: number): number {
    if (this.native === null) return UV_ESRCH
    if (isWindows) return this.#terminate(this.native, knownSignal(signal))
    try {
      // If a child has exited but this was not reported yet, a signal succeeds without effect, as for any zombie.
      return Math.min(this.native.sendSignal(signalNumber(signal)), 0)
    } catch {
      return UV_EINVAL
    }
  }

  #terminate(native: NativeChild, signal: number): number {
    const answer = native.sendSignal(signal)
    if (answer > 0) this.#sent = signal
    return answer === 0 ? UV_ESRCH : Math.min(answer, 0)
  }

  ref(): void {
    if (!this.#refd && this.#listening) hold()
    this.#refd = true
  }

  unref(): void {
    if (this.#refd && this.#listening) release()
    this.#refd = false
  }

  hasRef(): boolean {
    return this.#refd && this.#listening
  }

  close(callback?: () => void): void {
    if (this.#listening && this.native !== null) forgetExit(this.native.handle)
    this.#stop()
    if (callback !== undefined) nextTick(callback)
  }

  #stop(): void {
    if (this.#listening && this.#refd) release()
    this.#listening = false
  }
}
