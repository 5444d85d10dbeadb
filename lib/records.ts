// The numbers that cross between here and the native side. src/binding/records.rs has the same ones under the same
// names.
import { platform } from 'node:process'
import { given } from './validate.js'

/**
 * A request to spawn a child. It crosses as one array of numbers and a few strings, which costs less than the fields of
 * an object.
 */
export interface SpawnRequest {
  readonly flags: number
  readonly uid: number | null
  readonly gid: number | null
  readonly groups: readonly number[] | null
  /** For each fd of the child: see spawn/stdio.ts. */
  readonly stdio: number[]
  /** The argv, joined with NULs. */
  readonly args: string
  /** The program; null if it is argv[0]. */
  readonly file: string | null
  /** 'KEY=value' entries joined with NULs; null stands for this process's own environment. */
  readonly env: string | null
  readonly cwd: string | null
}

export const DETACHED = 1
export const HIDE_WINDOW = 2
export const VERBATIM_ARGUMENTS = 4
export const RECORD_SURROUNDINGS = 8
export const SHOW_WINDOW = 16
export const GROUP = 32
export const CONTAIN = 64
export const KILL_ON_PARENT_EXIT = 128
export const KILL_ON_PARENT_EXIT_IF_POSSIBLE = 256
/** Windows: the name of the program and verbatim arguments mean what they mean to child_process. */
export const AS_CHILD_PROCESS = 512

/** The flag for `options.group`, which has been validated. */
export const groupFlag = (group: unknown): number => (group === 'contain' ? CONTAIN : group ? GROUP : 0)

/** The flag for `options.killOnParentExit`, which has been validated. The default is what child_process does. */
export function parentExitFlag(value: unknown, detached: unknown): number {
  if (given(value)) return value ? KILL_ON_PARENT_EXIT : 0
  return platform === 'win32' && !detached ? KILL_ON_PARENT_EXIT_IF_POSSIBLE : 0
}

const NONE = -1

export const EVENT_WIDTH = 9

export const SPAWNED = 0
export const FAILED = 1
export const EXITED = 2
export const REAPED_ELSEWHERE = 3
export const RETURNED = 4
export const GROUP_GONE = 5
export const ALARM = 6
export const COLLECTED = 7

/** What to do with output that exceeds its limit: stop reading, or keep only its head or its tail. */
export const OVERFLOW_STOP = 0
export const OVERFLOW_HEAD = 1
export const OVERFLOW_TAIL = 2

/** How many numbers come first in a request: flags, uid, gid, and the counts of the groups and fds that follow. */
const HEADER = 5

let numbers = new Float64Array(64)

/** Returns the numbers of a request in the order that index.d.ts describes. They are valid until the next call. */
export function packNumbers({ flags, uid, gid, groups, stdio }: SpawnRequest): Float64Array {
  const length = HEADER + (groups?.length ?? 0) + stdio.length
  if (length > numbers.length) numbers = new Float64Array(length)
  numbers[0] = flags
  numbers[1] = uid ?? NONE
  numbers[2] = gid ?? NONE
  numbers[3] = groups?.length ?? NONE
  numbers[4] = stdio.length
  let at = HEADER
  if (groups !== null) for (let i = 0; i < groups.length; i++) numbers[at++] = groups[i]!
  for (let i = 0; i < stdio.length; i++) numbers[at++] = stdio[i]!
  return numbers
}
