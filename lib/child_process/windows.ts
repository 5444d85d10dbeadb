// What is different on Windows: Node's own functions start some of the children, and there are no signals.
import { constants } from 'node:os'
import { platform } from 'node:process'
import { given } from '../validate.js'
import { LEFT_TO_NODE } from './check.js'
import type { Options } from './check.js'

export const isWindows = platform === 'win32'

/** Why options of ours are refused for these children. */
export const WHY_NODE = 'on Windows Node starts this child'

/** A forked child has an IPC channel (see {@link leaveToNode}), and what the others read and write is not read and written here. */
export const isLeftToNode = (name: string): boolean => isWindows && (name === 'fork' || name.endsWith('Sync'))

/** Node does not start them without a shell. */
const BATCH_FILE = /\.(?:bat|cmd)[\s.]*$/i

/**
 * Throws if Node's own function has to start the child, or to refuse it: one with an IPC channel, because libuv opens that
 * with the pid of a process that it has started itself; one that gets a stream, of which only libuv has the handle; one with
 * an id; and a batch file.
 */
export function leaveToNode({ file, stdio, uid, gid }: Options & { readonly file: string }): void {
  if (!isWindows) return
  const isOfNode = Array.isArray(stdio) && stdio.some((entry) => entry === 'ipc' || isWithoutFd(entry))
  // oxlint-disable-next-line typescript/only-throw-error -- it is caught, and needs no stack
  if (isOfNode || given(uid) || given(gid) || BATCH_FILE.test(file)) throw LEFT_TO_NODE
}

function isWithoutFd(entry: unknown): boolean {
  return typeof entry === 'object' && entry !== null && typeof (entry as { fd?: unknown }).fd !== 'number'
}

const { SIGINT, SIGQUIT, SIGKILL, SIGTERM } = constants.signals
const KNOWN = new Set([0, SIGINT, SIGQUIT, SIGKILL, SIGTERM])

/** Returns what kill() of Node sends: every other signal ends the child like SIGKILL. */
export const knownSignal = (signal: number): number => (KNOWN.has(signal) ? signal : SIGKILL)
