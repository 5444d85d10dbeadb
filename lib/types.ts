// The public types, and what each field means. No code.
import type { Readable, Writable } from 'node:stream'
import type { SharedChild } from './shared-child.js'

/**
 * A signal: a name of `os.constants.signals`, a real-time signal (`'SIGRTMIN'`, `'SIGRTMIN+3'`; Linux), or a number
 * from 0 to 64. Anything else is a TypeError with code `ERR_UNKNOWN_SIGNAL`.
 */
export type Signal = SignalName | number

/** The names among the signals. */
export type SignalName = NodeJS.Signals | 'SIGRTMIN' | `SIGRTMIN+${number}`

/** Why this process ended a child; null if it did not. See `cause` of {@link ExitStatus}. */
export type Cause = 'timeout' | 'abort' | 'maxBuffer' | 'dispose' | 'terminate' | 'kill' | null

/** What killGroup() reaches. See `containment` of SharedChild. */
export type Containment = 'job' | 'cgroup' | 'group' | 'child'

/**
 * What one fd of the child becomes; words and meaning of `child_process.spawn`'s `stdio`.
 * - `'pipe'`: a pipe to this process (fd 3 and up: a socket pair, readable and writable);
 * - `'ignore'`: the null device (for fd 3 and up: closed);
 * - `'inherit'`: this process's fd of the same number;
 * - `'stdout'` (for fd 2 and up): the same open file as the child's fd 1, whatever that is, as `2>&1` of a shell: what the
 *   child writes on both keeps its order. With fd 1 a pipe, all of it comes out of `stdout`, and `stderr` is null;
 * - a number, or an object with an `fd` (a `FileHandle`): that fd of this process;
 * - a stream with an fd (an open `fs` stream, `process.stdout`) or with a handle that has one (a `net.Socket`, the
 *   `stdout` of another child): what is behind it. Handles have one on Unix; in Bun neither sockets nor the pipes of
 *   running children have one, in Deno only those pipes;
 * - `null` or `undefined`: `'pipe'` for fd 0, 1 and 2, else `'ignore'`.
 *
 * Anything else is refused with `ERR_INVALID_ARG_VALUE`: `'ipc'` and `'overlapped'`, and what child_process takes for
 * `'pipe'` (`''`, `false`, negative numbers).
 *
 * A stream is the child's from the call on. This process stops reading it (a flowing one is paused, and resume() has no
 * effect before the child has exited), so no byte is lost and the event loop never waits for it. What you write to it
 * yourself is still written. After the exit you may go on with it, or destroy() it: an open socket here keeps the
 * connection open. If nothing was started, the stream is as it was before.
 *
 * The `stdout` or `stderr` of another SharedChild goes over as it is, and so does its `stdin` as the `stdout` of this
 * one: a pipe of the kernel between the two, through which no byte takes the way over JavaScript. The copy of this
 * process is closed once the child has it (the stream is destroyed and its getter is null), so that the end of the file
 * and SIGPIPE pass from one to the other. It makes no difference whether the other child has exited before.
 *
 * Refused with an `ERR_INVALID_ARG_VALUE` that says why, before anything is started: a stream that has data read ahead
 * (its `readableLength` is not 0; make sockets with `pauseOnConnect` if you cannot give them away at once), a file
 * stream with a read under way, one that was destroyed, that is not open yet, that is encrypted, that has unwritten
 * data (sockets and pipes; an `fs.WriteStream` writes what it has all the same), that was given to another child as its
 * pipe, or that output() reads.
 */
export type Stdio =
  | 'pipe'
  | 'inherit'
  | 'ignore'
  | 'stdout'
  | number
  | { readonly fd: number }
  | ((Readable | Writable) & { readonly fd?: number })
  | null
  | undefined

/** How a process ended. A plain frozen object: it can be posted to a worker and compared with deepEqual. */
export interface ExitStatus {
  /** Exit code, or null when a signal ended it. On Windows the unsigned 32-bit code. */
  readonly code: number | null
  /** Name of the signal that ended it (`'SIGKILL'`, `'SIGRTMIN+3'`), or null. Always null on Windows. */
  readonly signal: SignalName | null
  /**
   * Why this process ended it, null if it did not (an OOM kill, a signal from elsewhere, an exit of its own):
   * - `'timeout'`, `'abort'`, `'maxBuffer'`, `'dispose'` (`await using`, `using`) and `'terminate'`: the first of them whose
   *   signal was sent before the exit, however the child then ended;
   * - `'kill'`: kill(), sendSignal() or killGroup(), if the child ended by that very signal (Windows: by that termination).
   *
   * It is recorded under the lock that also sends: the same for all handles and threads.
   */
  readonly cause: Cause
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
 * out. As in child_process, they are the own enumerable properties of the object: what it inherits is no option, so
 * that a polluted Object.prototype changes nothing.
 */
export interface SpawnOptions {
  /**
   * Working directory: a path (a relative one starts at `process.cwd()`) or a `file:` URL. Default: the parent's.
   * A missing one is reported as such (syscall `'chdir'`, with its own path), never as a missing program.
   */
  cwd?: string | URL
  /**
   * The child's whole environment. Default: the parent's, as it is at the time of the call. `undefined` values are left
   * out; any other value that is not a string is `ERR_INVALID_ARG_TYPE`, and so is an environment that is no object, or a
   * list (child_process coerces them all). Inherited variables count, too (`Object.create(process.env)`), but not those
   * of Object.prototype. A program without a slash in its name is looked up in the PATH given here (Windows: with its
   * PATHEXT, never in the working directory). As in child_process, `NODE_V8_COVERAGE` is added if this process has it,
   * and the object has none of its own; and on Windows, of names that differ only in case, the first in lexicographic
   * order counts.
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
  /**
   * User id to run as, 0 to 2^32 - 2. Unix only (`ERR_FEATURE_UNAVAILABLE` on Windows). See setuid(2). Negative:
   * `ERR_OUT_OF_RANGE`; no integer, or too large: `ERR_INVALID_ARG_TYPE`, as in child_process before Node 26.
   */
  uid?: number
  /** Group id to run as: the same as for `uid`. See setgid(2). */
  gid?: number
  /**
   * Supplementary group ids; `[]` drops them all. Unix only (`ERR_FEATURE_UNAVAILABLE` on Windows). See setgroups(2).
   */
  groups?: readonly number[]
  /**
   * Own what the child starts, too. Default false. With true it leads a process group of its own (Windows: a job object),
   * and killGroup(), terminate(), `timeout`, `signal`, `maxBuffer` and disposal mean all of it, also after the child
   * itself has exited; kill() and sendSignal() go to the child alone as before. Reach: on Windows everything but what
   * services start for it; on Linux, macOS and BSD all but those that leave the group (setsid(2), setpgid(2)).
   *
   * `'contain'`: leaving the group is no way out (Windows: the job; Linux: a cgroup v2 of its own, where this process may
   * make one: as root, and in user services of systemd), else `ERR_FEATURE_UNAVAILABLE`, and nothing is started.
   *
   * Ctrl-C at a terminal does not reach a group of its own; reading the terminal stops it (SIGTTIN).
   */
  group?: boolean | 'contain'
  /**
   * The kernel ends the child (with `group`: all of it) with SIGKILL when this process ends, however it does: exit, crash,
   * SIGKILL, exec. Not when a worker ends. Where the system cannot: `ERR_FEATURE_UNAVAILABLE`, and nothing is started.
   * Default: what child_process does there: true on Windows unless `detached`, else false.
   *
   * Linux: it takes four descriptors of this process for as long as the child, or its group, runs; and of a group, those
   * that have left it live on. So it cannot be had together with `group: 'contain'`: the kernel kills no cgroup by itself.
   * macOS: only with `group`, which has a small shell in it then; there and on FreeBSD a group with `detached` cannot.
   */
  killOnParentExit?: boolean
  /**
   * Ends the child (see `killSignal`) when it aborts. Already aborted: nothing is started and spawn rejects with an
   * AbortError. When it aborts while the child is being started, spawn still resolves, with a child that has been sent
   * `killSignal`. wait() tells how the child ended in any case. The listener is gone as soon as the child is. It hears of
   * an abort even if an earlier listener stops the event (of Node's own signals; Node 20.5 and later).
   */
  signal?: AbortSignal
  /**
   * Ends the child (see `killSignal`) this many milliseconds after its start; fractions are welcome. Default, 0 (as in
   * child_process) and Infinity: no limit. Not a number: `ERR_INVALID_ARG_TYPE`; negative or NaN: `ERR_OUT_OF_RANGE`. It is
   * kept by the native side: it outlasts a worker, and does not keep a process alive.
   */
  timeout?: number
  /**
   * How `timeout`, `signal`, maxBuffer, disposal and terminate() end a child: with this signal first, with SIGKILL after
   * `killGrace`. Default `'SIGTERM'`, as in child_process. 0, which ends nothing, is `ERR_UNKNOWN_SIGNAL`.
   */
  killSignal?: Signal
  /**
   * Milliseconds between `killSignal` and SIGKILL. Default 5000; 0: SIGKILL at once; Infinity: never. The timer is on the
   * native side: it outlasts a worker, and does not keep a process alive. A handle made by attach() ends its child with
   * the defaults.
   */
  killGrace?: number
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

/** Options without a `stdio`, or with the one that is the default. */
export type PipedOptions = SpawnOptions & { stdio?: 'pipe' | readonly ['pipe', 'pipe', 'pipe'] | null }

/** A child with pipes for stdin, stdout and stderr: what spawn() gives without `stdio`. */
export interface PipedChild extends SharedChild {
  /** A stream on the child's stdin. */
  readonly stdin: Writable
  /** A stream on the child's stdout. */
  readonly stdout: Readable
  /** A stream on the child's stderr. */
  readonly stderr: Readable
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

/** Options of terminate(). */
export interface TerminateOptions {
  /** What asks the child to end. Default: `killSignal` of its spawn. */
  signal?: Signal
  /**
   * Milliseconds between `signal` and SIGKILL. Default: `killGrace` of its spawn; 0: SIGKILL at once; Infinity: never.
   */
  grace?: number
  /**
   * Closes the child's stdin first, and gives the child this many milliseconds to end by itself, as language servers and
   * others do that read requests from it. Default: stdin is left as it is.
   */
  endStdin?: number
}

/** Options of waitGroup(). */
export interface WaitGroupOptions {
  /** Milliseconds until it resolves with false (>= 0). Default, and Infinity: no limit. The group is left alone. */
  timeout?: number
  /** Gives up waiting: the promise rejects with an AbortError. The group is left alone. */
  signal?: AbortSignal
}

/** Options of lines(). */
export interface LinesOptions {
  /** Which of the two to read. Default `'stdout'`. */
  from?: 'stdout' | 'stderr'
  /** How the bytes become text. Default `'utf8'`. */
  encoding?: BufferEncoding
}

/** Options of output(), which run() takes as well. */
export interface OutputOptions {
  /** How to decode the collected bytes; `'buffer'` leaves them as they are. Default `'utf8'`. */
  encoding?: BufferEncoding | 'buffer'
  /** Most bytes that stdout and stderr each may have. Default 64 MiB; Infinity = no limit. */
  maxBuffer?: number
  /**
   * How many milliseconds after the exit to go on reading a pipe that somebody else (a grandchild) keeps open. Infinity =
   * until it is closed. Default 1000; but 50 when we ended the child: `timeout`, `signal` or `maxBuffer` had sent their
   * signal before the exit, or it died of the very signal that kill(), sendSignal() or `await using` had sent, by any
   * handle in any thread (Windows: any of these had terminated it).
   */
  drainTimeout?: number
  /** Written to the child's stdin, which is then ended. A child that does not read it is no error. */
  input?: string | Uint8Array
  /** Reject with a CommandError unless the status is a success. Default: false for output(), true for run(). */
  check?: boolean
}

/** What output() or run() collected. */
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
