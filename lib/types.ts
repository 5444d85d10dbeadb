// The public types, and what each field means. No code.

/**
 * A signal: a name of `os.constants.signals`, a real-time signal (`'SIGRTMIN'`, `'SIGRTMIN+3'`; Linux), or a number
 * from 0 to 64. Anything else is a TypeError with code `ERR_UNKNOWN_SIGNAL`.
 */
export type Signal = NodeJS.Signals | 'SIGRTMIN' | `SIGRTMIN+${number}` | number

/**
 * What one fd of the child becomes; words and meaning of `child_process.spawn`'s `stdio`.
 * - `'pipe'`: a pipe to this process (fd 3 and up: a socket pair, readable and writable);
 * - `'ignore'`: the null device (for fd 3 and up: closed);
 * - `'inherit'`: this process's fd of the same number;
 * - a number, or an object with an `fd` (a `FileHandle`, an open `fs` stream, `process.stdout`) or with a handle that
 *   has one (a `net.Socket`; Unix): that fd of this process;
 * - `null` or `undefined`: `'pipe'` for fd 0, 1 and 2, else `'ignore'`.
 *
 * `'ipc'` and `'overlapped'` are refused with `ERR_INVALID_ARG_VALUE`.
 */
export type Stdio = 'pipe' | 'inherit' | 'ignore' | number | { readonly fd: number } | null | undefined

/** How a process ended. A plain frozen object: it can be posted to a worker and compared with deepEqual. */
export interface ExitStatus {
  /** Exit code, or null when a signal ended it. On Windows the unsigned 32-bit code. */
  readonly code: number | null
  /** Name of the signal that ended it (`'SIGKILL'`, `'SIGRTMIN+3'`), or null. Always null on Windows. */
  readonly signal: string | null
  /** True only for code 0. */
  readonly success: boolean
  /** Unix: the kernel wrote a core file (WCOREDUMP of wait(2)). Always false on Windows. */
  readonly coreDumped: boolean
  /**
   * What the child used, from the kernel's own record of it (wait4(2); GetProcessTimes on Windows); null where the
   * system keeps none. Same units as `process.resourceUsage()`: CPU times in microseconds, `maxRSS` in kibibytes.
   * Linux never tells less than this process's own maxRSS at the spawn: exec keeps the mark of the memory it replaces
   * (setmax_mm_hiwater_rss in fs/exec.c).
   */
  readonly resourceUsage: {
    readonly userCPUTime: number
    readonly systemCPUTime: number
    readonly maxRSS: number
  } | null
}

/**
 * Options of `spawn` and `spawnSync`. All of them are read at the time of the call; `null` is as good as leaving one
 * out.
 */
export interface SpawnOptions {
  /**
   * Working directory: a path (a relative one starts at `process.cwd()`) or a `file:` URL. Default: the parent's.
   * A missing one is reported as such (syscall `'chdir'`, with its own path), never as a missing program.
   */
  cwd?: string | URL
  /**
   * The child's whole environment. Default: the parent's, as it is at the time of the call. `undefined` values are left
   * out; any other value that is not a string is `ERR_INVALID_ARG_TYPE` (child_process coerces it). A program without a
   * slash in its name is looked up in the PATH given here (Windows: with its PATHEXT, never in the working directory).
   * Windows: of names that differ only in case, the first in lexicographic order counts, as in child_process.
   */
  env?: Record<string, string | undefined>
  /** The child's `argv[0]`. Default: `file`. */
  argv0?: string
  /**
   * What the child's fds become: one word or fd for 0, 1 and 2, or a list. Default `'pipe'` for 0, 1 and 2. Entries 3
   * and up are extra fds of the child.
   */
  stdio?: Stdio | readonly Stdio[]
  /**
   * Run `file` and `args`, joined with spaces, as a command line of a shell: `/bin/sh` (Windows: `%ComSpec%`, else
   * `cmd.exe`), or of the one named here. Default false. Arguments are NOT escaped: never pass untrusted input.
   */
  shell?: boolean | string
  /** Unix: a new session (setsid(2)). Windows: a detached process in a group of its own. Default false. */
  detached?: boolean
  /** User id to run as, 0 to 2^32 - 2. Unix only (`ERR_FEATURE_UNAVAILABLE` on Windows). See setuid(2). */
  uid?: number
  /** Group id to run as, 0 to 2^32 - 2. Unix only (`ERR_FEATURE_UNAVAILABLE` on Windows). See setgid(2). */
  gid?: number
  /**
   * Supplementary group ids; `[]` drops them all. Unix only (`ERR_FEATURE_UNAVAILABLE` on Windows). See setgroups(2).
   */
  groups?: readonly number[]
  /**
   * Kills the child (with `killSignal`) when it aborts. Already aborted: nothing is started and spawn rejects with an
   * AbortError. When it aborts while the child is being started, spawn still resolves, with a child that has been sent
   * `killSignal`. wait() tells how the child ended in any case. The listener is gone as soon as the child is.
   */
  signal?: AbortSignal
  /**
   * Kills the child (with `killSignal`) this many milliseconds after its start. Default, 0 (as in child_process) and
   * Infinity: no limit.
   */
  timeout?: number
  /** What `signal`, `timeout` and output()'s `maxBuffer` send. Default `'SIGKILL'`. */
  killSignal?: Signal
  /**
   * Windows: true shows neither a console window nor the first window of a program that has windows of its own; false
   * shows both. A child that has been given one of this process's fds uses its console, if it has one. Default: as
   * false, but without a console window where this process has no console either (Electron and other programs with
   * windows of their own). Ignored elsewhere.
   */
  windowsHide?: boolean
  /** Windows: no quoting or escaping of arguments. Default false (true for `shell` with cmd.exe); ignored elsewhere. */
  windowsVerbatimArguments?: boolean
}

/** Structured-cloneable ticket for a child, for postMessage. Good in any thread of this process, and only there. */
export interface ChildToken {
  /** Opaque: tells this process from others, and the child from others. */
  readonly sharedChild: string
}

/** Options of wait(), waitTimeout() and waitDeadline(). */
export interface WaitOptions {
  /**
   * Gives up waiting: the promise rejects with an AbortError (code `'ABORT_ERR'`, `cause` = the signal's reason). The
   * child is left alone.
   */
  signal?: AbortSignal
}

/** Options of output(). */
export interface OutputOptions {
  /** How to decode the collected bytes; `'buffer'` leaves them as they are. Default `'utf8'`. */
  encoding?: BufferEncoding | 'buffer'
  /** Most bytes that stdout and stderr each may have. Default 64 MiB; Infinity = no limit. */
  maxBuffer?: number
  /**
   * How many milliseconds after the exit to go on reading a pipe that somebody else (a grandchild) keeps open. Default
   * 1000; Infinity = until it is closed.
   */
  drainTimeout?: number
  /** Written to the child's stdin, which is then ended. A child that does not read it is no error. */
  input?: string | Uint8Array
}

/** What output() collected. */
export interface Output<T> {
  /** How the child ended. */
  readonly status: ExitStatus
  /** What it wrote on fd 1; empty if that is not a pipe. */
  readonly stdout: T
  /** What it wrote on fd 2; empty if that is not a pipe. */
  readonly stderr: T
  /** True when both were read to their end; false when `drainTimeout` cut the reading short. */
  readonly drained: boolean
}
