// The public types, and what each field means. No code.
import type { Blob } from 'node:buffer'
import type { Readable, Writable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'

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
 * What one fd of the child becomes. The words mean the same as in `child_process.spawn`'s `stdio`:
 * - `'pipe'`: a pipe to this process (fd 3 and up: a socket pair, readable and writable);
 * - `'ignore'`: the null device (for fd 3 and up: closed);
 * - `'ipc'`, once: a channel for messages, of any fd, by Node.js's protocol: see send(), messages() and `serialization`.
 *   The child learns of it by `NODE_CHANNEL_FD` in its environment; its place in `stdio` is null. A second one is
 *   `ERR_IPC_ONE_PIPE`. Unix only (`ERR_FEATURE_UNAVAILABLE` on Windows);
 * - `'inherit'`: this process's fd of the same number;
 * - `'stdout'` (for fd 2 and up): the same open file as the child's fd 1, like `2>&1` in a shell, so that what the child
 *   writes to both keeps its order. If fd 1 is a pipe, everything comes out of `stdout`, and `stderr` is null;
 * - a number, or an object with an `fd` (a `FileHandle`): that fd of this process;
 * - a stream with an fd (an open `fs` stream, `process.stdout`) or with a handle that has one (a `net.Socket`, the
 *   `stdout` of another child): the file, socket or pipe behind it. Handles have an fd on Unix only; in Bun, neither
 *   sockets nor the pipes of running children have one; in Deno, of these two, only the pipes have one;
 * - `null` or `undefined`: `'pipe'` for fd 0, 1 and 2, else `'ignore'`.
 *
 * Anything else is refused with `ERR_INVALID_ARG_VALUE`: `'overlapped'`, and the values that child_process
 * treats as `'pipe'` (`''`, `false`, negative numbers).
 *
 * A stream is the child's from the call on. This process stops reading it (a flowing one is paused, and resume() has no
 * effect before the child has exited), so no byte is lost and the event loop never waits for it. What you write to it
 * yourself is still written. After the exit you may go on with it, or destroy() it: an open socket here keeps the
 * connection open. If nothing was started, the stream is as it was before.
 *
 * The `stdout` or `stderr` of another SharedChild becomes the child's fd as it is, and so does the `stdin` of another one
 * as this child's `stdout`: a kernel pipe connects the two children, and no byte passes through JavaScript. This process
 * closes its copy once the child has the pipe (the stream is destroyed and its getter is null), so that the end of the
 * file and SIGPIPE reach the other child. It makes no difference whether the other child has already exited.
 *
 * Refused with an `ERR_INVALID_ARG_VALUE` that says why, before anything is started: a stream that has data read ahead
 * (its `readableLength` is not 0; make sockets with `pauseOnConnect` if you cannot give them away at once), a file
 * stream with a read under way, and a stream that was destroyed, is not open yet, is encrypted, has unwritten data
 * (sockets and pipes only; an `fs.WriteStream` still writes its data), was given to another child as its pipe, or is read
 * by output().
 */
export type Stdio =
  | 'pipe'
  | 'inherit'
  | 'ignore'
  | 'stdout'
  | 'ipc'
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
   * It is recorded under the lock under which signals are sent, so it is the same for all handles and threads.
   */
  readonly cause: Cause
  /** True only for code 0. */
  readonly success: boolean
  /** Unix: the kernel wrote a core file (WCOREDUMP of wait(2)). Always false on Windows. */
  readonly coreDumped: boolean
  /**
   * What the child used, from the kernel's own record of it (wait4(2); GetProcessTimes on Windows); null where the
   * system keeps none. Same units as `process.resourceUsage()`: CPU times in microseconds, `maxRSS` in kibibytes.
   * On Linux, `maxRSS` is never lower than that of this process at the spawn, because exec carries over the peak of the
   * memory that it replaces (setmax_mm_hiwater_rss in fs/exec.c).
   */
  readonly resourceUsage: {
    readonly userCPUTime: number
    readonly systemCPUTime: number
    readonly maxRSS: number
  } | null
}

/**
 * Options of `spawn` and `spawnSync`. All of them are read at the time of the call; `null` means the same as leaving one
 * out. As in child_process, only the own enumerable properties of the object are options, so a polluted Object.prototype
 * changes nothing.
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
   * Controls what the child starts, too. Default false. With true, the child leads a process group of its own (Windows: a
   * job object), and killGroup(), terminate(), `timeout`, `signal`, `maxBuffer` and disposal affect the whole group, even
   * after the child itself has exited. kill() and sendSignal() still signal the child alone. The group holds, on Windows,
   * everything except what services start for the child; on Linux, macOS and BSD, everything except the processes that
   * leave the group (setsid(2), setpgid(2)).
   *
   * `'contain'`: no process can leave. Windows: the job. Linux: a cgroup v2 of its own, where this process may make one (as
   * root, and in user services of systemd). Elsewhere: `ERR_FEATURE_UNAVAILABLE`, and nothing is started.
   *
   * Ctrl-C at a terminal does not reach the group, and reading from the terminal stops it (SIGTTIN).
   */
  group?: boolean | 'contain'
  /**
   * The kernel kills the child (with `group`: all of it) with SIGKILL when this process ends, in whatever way: exit, crash,
   * SIGKILL, exec. The end of a worker does not count. Where the system cannot do this: `ERR_FEATURE_UNAVAILABLE`, and
   * nothing is started. Default, as in child_process: true on Windows unless `detached`, otherwise false.
   *
   * Linux: this needs four descriptors of this process for as long as the child, or its group, runs. Processes that have
   * left the group live on. Therefore it cannot be combined with `group: 'contain'`: the kernel does not kill a cgroup by
   * itself. macOS: only with `group`; a small shell then runs in the group. On macOS and FreeBSD, `group` with `detached`
   * is not possible.
   */
  killOnParentExit?: boolean
  /**
   * Ends the child (see `killSignal`) when it aborts. Already aborted: nothing is started and spawn rejects with an
   * AbortError. When it aborts while the child is being started, spawn still resolves, with a child that has been sent
   * `killSignal`. In any case, wait() says how the child ended. The listener is removed when the child has exited. It
   * receives the abort even if an earlier listener stops the event (for Node's own signals; Node 20.5 and later).
   */
  signal?: AbortSignal
  /**
   * Ends the child (see `killSignal`) this many milliseconds after its start; fractions are allowed. Default, 0 (as in
   * child_process) and Infinity: no limit. Not a number: `ERR_INVALID_ARG_TYPE`; negative or NaN: `ERR_OUT_OF_RANGE`. The
   * timer is on the native side: it outlasts a worker, and does not keep a process alive.
   */
  timeout?: number
  /**
   * The signal with which `timeout`, `signal`, `maxBuffer`, disposal and terminate() ask a child to end; after `killGrace`
   * they send SIGKILL. Default `'SIGTERM'`, as in child_process. 0, which ends nothing, is `ERR_UNKNOWN_SIGNAL`.
   */
  killSignal?: Signal
  /**
   * Milliseconds between `killSignal` and SIGKILL. Default 5000; 0: SIGKILL at once; Infinity: never. The timer is on the
   * native side: it outlasts a worker, and does not keep a process alive. A handle made by attach() ends its child with
   * the defaults.
   */
  killGrace?: number
  /**
   * How messages are written on an `'ipc'` channel, by both sides. Default `'json'`. `'advanced'` is V8's own format, which
   * has Map, Set, Date, BigInt, Error, bytes and more: for children that are Node.js of about this version, or Deno (a newer
   * V8 may write what an older one cannot read). In Bun it is `ERR_FEATURE_UNAVAILABLE`. Anything else:
   * `ERR_INVALID_ARG_VALUE`.
   */
  serialization?: 'json' | 'advanced'
  /**
   * Windows: true shows neither a console window nor the first window of a GUI program; false shows both. A child that has
   * been given one of this process's fds uses this process's console, if there is one. Default: as false, but without a
   * console window if this process has no console (Electron and other GUI programs). Ignored elsewhere.
   */
  windowsHide?: boolean
  /** Windows: no quoting or escaping of arguments. Default false (true for `shell` with cmd.exe); ignored elsewhere. */
  windowsVerbatimArguments?: boolean
}

/** Options without a `stdio`, or with the one that is the default. */
export type PipedOptions = SpawnOptions & { stdio?: 'pipe' | readonly ['pipe', 'pipe', 'pipe'] | null }

/** A structured-cloneable token for a child, for postMessage. It is valid in every thread of this process, and only there. */
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
  /** The signal that asks the child to end. Default: `killSignal` of its spawn. */
  signal?: Signal
  /**
   * Milliseconds between `signal` and SIGKILL. Default: `killGrace` of its spawn; 0: SIGKILL at once; Infinity: never.
   */
  grace?: number
  /**
   * Closes the child's stdin first, and gives the child this many milliseconds to end by itself, as programs do that read
   * requests from stdin (language servers, for example). Default: stdin is left as it is.
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
  /** The most bytes that stdout and stderr may each have. Default 64 MiB; Infinity = no limit. */
  maxBuffer?: number
  /**
   * How many milliseconds after the exit to go on reading a pipe that somebody else (a grandchild) keeps open. Infinity =
   * until it is closed. Default 1000; but 50 when we ended the child: `timeout`, `signal` or `maxBuffer` had sent their
   * signal before the exit, or it died of the very signal that kill(), sendSignal() or `await using` had sent, by any
   * handle in any thread (Windows: any of these had terminated it).
   */
  drainTimeout?: number
  /**
   * Written to the child's stdin, which is then ended. A string or bytes are written whole; the pieces of a stream or an
   * iterable no faster than the child reads them. A child that does not read all of it is no error: what is left of a
   * stream is destroyed (cancelled, returned). An error of the input's own ends the child, and output() rejects with it.
   */
  input?: OutputInput
  /** Reject with a CommandError unless the status is a success. Default: false for output(), true for run(). */
  check?: boolean
  /**
   * What becomes of more than `maxBuffer` bytes. `'kill'`, the default: the child is ended, and the promise rejects.
   * `'head'` and `'tail'`: the child goes on, the first or last `maxBuffer` bytes are kept, and `truncated` tells.
   */
  overflow?: 'kill' | 'head' | 'tail'
}

/** What output() and run() can write to a child. A string is written whole, not by characters. */
export type OutputInput =
  | string
  | NodeJS.ArrayBufferView
  | ArrayBuffer
  | Blob
  | Readable
  | ReadableStream<string | Uint8Array>
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>

/** What output() or run() collected. */
export interface Output<T> {
  /** How the child ended. */
  readonly status: ExitStatus
  /** What it wrote on fd 1; empty if that is not a pipe. */
  readonly stdout: T
  /** What it wrote on fd 2; empty if that is not a pipe. */
  readonly stderr: T
  /** True when `overflow` has left out a part of stdout or stderr. */
  readonly truncated: boolean
  /** True when both were read to their end; false when `drainTimeout` cut the reading short. */
  readonly drained: boolean
}
