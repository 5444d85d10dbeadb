// What crosses between here and the native side, by its numbers: src/binding/records.rs has the same under the same names.

/**
 * A spawn: one array for all numbers, and a few strings. The fields of an object would cost more than all of these.
 */
export interface SpawnRequest {
  readonly flags: number
  readonly uid: number | null
  readonly gid: number | null
  readonly groups: readonly number[] | null
  /** For each fd of the child: see spawn/stdio.ts. */
  readonly stdio: number[]
  /** argv, joined with NULs. */
  readonly args: string
  /** Null: it is argv[0]. */
  readonly file: string | null
  /** 'KEY=value' entries joined with NULs; null: this process's own. */
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

/** What becomes of output that is over its limit: nothing more is read, or only its head or its tail is kept. */
export const OVERFLOW_STOP = 0
export const OVERFLOW_HEAD = 1
export const OVERFLOW_TAIL = 2

/** Of a request: flags, uid, gid, and how many groups and fds follow. */
const HEADER = 5

let numbers = new Float64Array(64)

/** The numbers of a request, as index.d.ts has them. They are good until the next call. */
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
