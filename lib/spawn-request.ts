// A spawn, as it crosses to the native side: one array for all numbers, and a few strings. The fields of an object would
// cost more than all of these.

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
export const WINDOWS_HIDE = 2
export const VERBATIM_ARGUMENTS = 4
/** Other threads may change the working directory and the umask at any time. */
export const RECORD_SURROUNDINGS = 8
/** Neither this nor WINDOWS_HIDE: as the native side sees fit. */
export const WINDOWS_SHOW = 16
export const GROUP = 32
export const CONTAIN = 64
export const KILL_ON_PARENT_EXIT = 128
/** Windows: what nobody has asked for is no reason not to start a child. */
export const KILL_ON_PARENT_EXIT_IF_POSSIBLE = 256

const NONE = -1
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
