// The public types, and what each field means. There is no code here.
import type { Readable, Writable } from 'node:stream'

/**
 * A signal: a name of `os.constants.signals`, a real-time signal (`'SIGRTMIN'`, `'SIGRTMIN+3'`; Linux), or a number
 * from 0 to 64. Anything else is a TypeError with code `ERR_UNKNOWN_SIGNAL`.
 */
export type Signal = SignalName | number

/** The name of a signal. */
export type SignalName = NodeJS.Signals | 'SIGRTMIN' | `SIGRTMIN+${number}`

/** Why this process ended a child, or null if it did not. See `cause` of {@link ExitStatus}. */
export type Cause = 'timeout' | 'abort' | 'maxBuffer' | 'dispose' | 'terminate' | 'kill' | null

/** What killGroup() reaches. See `containment` of SharedChild. */
export type Containment = 'job' | 'cgroup' | 'group' | 'child'

/**
 * What one fd of the child is connected to. The words mean the same as in the `stdio` of `child_process.spawn`:
 * - `'pipe'`: a pipe to this process (fd 3 and up: a socket pair, readable and writable);
 * - `'ignore'`: the null device (for fd 3 and up: closed);
 * - `'ipc'`, for any fd, but only one: a message channel that speaks Node.js's protocol; see send(), messages() and
 *   `serialization`. The child finds it through `NODE_CHANNEL_FD` in its environment, and its place in `child.stdio` is
 *   null. A second `'ipc'` is `ERR_IPC_ONE_PIPE`. On Windows the child has to be Node.js: Deno has another protocol
 *   there;
 * - `'inherit'`: this process's fd of the same number;
 * - `'stdout'` (for fd 2 and up): the same open file as the child's fd 1, like `2>&1` in a shell, so that what the
 *   child writes to both keeps its order. If fd 1 is a pipe, everything comes out of `stdout`, and `stderr` is null;
 * - a number, or an object with an `fd` (a `FileHandle`): that fd of this process;
 * - a stream with an fd (an open `fs` stream, `process.stdout`) or with a handle that has one (a `net.Socket`, the
 *   `stdout` of another child): the file, socket or pipe behind it. Handles have an fd on Unix only; in Bun, neither
 *   sockets nor the pipes of running children have one; in Deno, of these two, only the pipes have one;
 * - `null` or `undefined`: `'pipe'` for fd 0, 1 and 2, else `'ignore'`.
 *
 * Anything else is refused with `ERR_INVALID_ARG_VALUE`: `'overlapped'`, and the values that child_process
 * treats as `'pipe'` (`''`, `false`, negative numbers).
 *
 * From the call on, a stream belongs to the child. This process stops reading it (a flowing stream is paused, and
 * resume() has no effect until the child has exited), so no byte is lost and the event loop never waits for it. You may
 * still write to it. After the exit, you may use it again or destroy() it: an open socket in this process keeps the
 * connection open. If the child could not be started, the stream is as it was before.
 *
 * A pipe can connect two children: give this child the `stdout` or `stderr` of another SharedChild (as its stdin, for
 * example), or the `stdin` of another one as its `stdout`. No byte then passes through JavaScript. This process closes
 * its copy once the child has the pipe (the stream is destroyed and its getter is null), so that the end of the file
 * and SIGPIPE reach the other child. It makes no difference whether the other child has already exited.
 *
 * Some streams are refused, before anything is started, with an `ERR_INVALID_ARG_VALUE` that says why: a stream that
 * has read data ahead (its `readableLength` is not 0; create sockets with `pauseOnConnect` if you cannot pass them on
 * at once), a file stream with a read in progress, and a stream that has been destroyed, is not open yet, is encrypted,
 * has unwritten data (sockets and pipes only; an `fs.WriteStream` still writes its data), is a child's pipe that has
 * already been given to another child, or is read by output() or lines().
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

/** How a process ended. It is a plain frozen object that can be posted to a worker and compared with deepEqual. */
export interface ExitStatus {
  /** The exit code, or null if a signal ended the process. On Windows, the unsigned 32-bit code. */
  readonly code: number | null
  /** The name of the signal that ended the process (`'SIGKILL'`, `'SIGRTMIN+3'`), or null. Always null on Windows. */
  readonly signal: SignalName | null
  /**
   * Why this process ended the child, or null if it did not (the child exited by itself, or the signal came from
   * elsewhere, for example from the kernel when memory ran out):
   * - `'timeout'`, `'abort'`, `'maxBuffer'`, `'dispose'` (`await using`, `using`) and `'terminate'`: the first of these
   *   that sent its signal before the exit, however the child then ended;
   * - `'kill'`: kill(), sendSignal() or killGroup(), if the child ended by that very signal (Windows: by that
   *   termination).
   *
   * The cause is recorded under the same lock under which signals are sent, so all handles and threads see the same
   * one.
   */
  readonly cause: Cause
  /** True only for code 0. */
  readonly success: boolean
  /** Unix: whether the kernel wrote a core file (WCOREDUMP of wait(2)). Always false on Windows. */
  readonly coreDumped: boolean
  /**
   * What the child used, from the kernel's own record (wait4(2); GetProcessTimes on Windows), or null if there is none.
   * The units are those of `process.resourceUsage()`: CPU times in microseconds, `maxRSS` in kibibytes. On Linux,
   * `maxRSS` is never lower than that of this process at the spawn, because exec carries over the peak of the memory
   * that it replaces (setmax_mm_hiwater_rss in fs/exec.c).
   */
  readonly resourceUsage: {
    readonly userCPUTime: number
    readonly systemCPUTime: number
    readonly maxRSS: number
  } | null
}

/**
 * Options of `spawn` and `spawnSync`. All of them are read at the time of the call; `null` means the same as leaving
 * one out. As in child_process, only the own enumerable properties of the object are options, so a polluted
 * Object.prototype changes nothing.
 */
export interface SpawnOptions {
  /**
   * The working directory: a path (a relative one starts at `process.cwd()`) or a `file:` URL. Default: the parent's.
   * If it does not exist, the error says so (its `syscall` is `'chdir'`, and its `path` the directory) and does not
   * name the program.
   */
  cwd?: string | URL
  /**
   * The child's whole environment. Default: the parent's, as it is at the time of the call. `undefined` values are left
   * out; any other value that is not a string is `ERR_INVALID_ARG_TYPE`, and so is an `env` that is an array or not an
   * object (child_process coerces all of these). Inherited variables count, too (`Object.create(process.env)`), but not
   * those of Object.prototype. A program without a slash in its name is looked up in the PATH given here (Windows: with
   * the PATHEXT given here, and never in the working directory). As in child_process, `NODE_V8_COVERAGE` is added if
   * this process has it and the object does not; and on Windows, if names differ only in case, the first in
   * lexicographic order is used.
   */
  env?: Record<string, string | undefined>
  /** The child's `argv[0]`. Default: `file`. */
  argv0?: string
  /**
   * What the child's fds are connected to: one value for fds 0, 1 and 2, or a list with one entry for each fd. Default:
   * `'pipe'` for 0, 1 and 2. Entries from 3 on are additional fds of the child.
   */
  stdio?: Stdio | readonly Stdio[]
  /**
   * Joins `file` and `args` with spaces and runs the result as a command line in a shell: true means `/bin/sh`
   * (Windows: `%ComSpec%`, else `cmd.exe`), a string names the shell. Default false. Arguments are NOT escaped: never
   * pass untrusted input.
   */
  shell?: boolean | string
  /** Starts the child in a new session (setsid(2)); on Windows, detached and in a group of its own. Default false. */
  detached?: boolean
  /**
   * The user id to run as, 0 to 2^32 - 2; see setuid(2). Unix only (`ERR_FEATURE_UNAVAILABLE` on Windows). A negative
   * number is `ERR_OUT_OF_RANGE`; one that is too large or not an integer is `ERR_INVALID_ARG_TYPE`, as in
   * child_process before Node 26.
   */
  uid?: number
  /** The group id to run as; see setgid(2). Range, errors and platforms are those of `uid`. */
  gid?: number
  /**
   * The supplementary group ids; `[]` drops them all. See setgroups(2). Unix only (`ERR_FEATURE_UNAVAILABLE` on
   * Windows).
   */
  groups?: readonly number[]
  /**
   * Controls everything that the child starts, too. Default false. With true, the child leads a process group of its
   * own (Windows: a job object), and killGroup(), terminate(), `timeout`, `signal`, `maxBuffer` and disposal affect the
   * whole group, even after the child itself has exited. kill() and sendSignal() still signal the child alone. On
   * Windows, the group contains everything except what services start for the child; on Linux, macOS and BSD,
   * everything except the processes that leave the group (setsid(2), setpgid(2)).
   *
   * With `'contain'`, no process can leave. This uses the job on Windows, and on Linux a cgroup v2 of the child's own
   * if this process may create one (as root, and in user services of systemd). Elsewhere it is
   * `ERR_FEATURE_UNAVAILABLE`, and nothing is started.
   *
   * Ctrl-C at a terminal does not reach the group, and reading from the terminal stops it (SIGTTIN).
   */
  group?: boolean | 'contain'
  /**
   * Has the system kill the child (with `group`: all of it) with SIGKILL when this process ends, in whatever way: by
   * exit, crash, SIGKILL or exec. The end of a worker does not count. If the system cannot do this, it is
   * `ERR_FEATURE_UNAVAILABLE`, and nothing is started. Default, as in child_process: true on Windows unless `detached`,
   * otherwise false.
   *
   * Linux: this takes four descriptors of this process for as long as the child, or its group, runs. Processes that
   * have left the group live on. It cannot be combined with `group: 'contain'`, because the kernel does not kill a
   * cgroup by itself. macOS: it works only with `group`; a small shell then runs in the group. On macOS and FreeBSD, it
   * cannot be combined with both `group` and `detached`.
   */
  killOnParentExit?: boolean
  /**
   * Ends the child (see `killSignal`) when this signal aborts. If it is already aborted, nothing is started and spawn
   * rejects with an AbortError. If it aborts while the child is being started, spawn still resolves, with a child that
   * has been sent `killSignal`. In any case, wait() says how the child ended. The listener is removed when the child
   * has exited. It receives the abort even if an earlier listener stops the event (for Node's own signals; Node 20.5
   * and later).
   */
  signal?: AbortSignal
  /**
   * Ends the child (see `killSignal`) this many milliseconds after its start; fractions are allowed. Default: no limit,
   * which 0 (as in child_process) and Infinity mean, too. What is not a number is `ERR_INVALID_ARG_TYPE`; a negative
   * number or NaN is `ERR_OUT_OF_RANGE`. The timer runs on the native side: it outlasts a worker, and does not keep the
   * process alive.
   */
  timeout?: number
  /**
   * The signal with which `timeout`, `signal`, `maxBuffer`, disposal and terminate() ask the child to end. If it still
   * runs after `killGrace`, they send SIGKILL. Default `'SIGTERM'`, as in child_process. 0, which ends nothing, is
   * `ERR_UNKNOWN_SIGNAL`.
   */
  killSignal?: Signal
  /**
   * Milliseconds between `killSignal` and SIGKILL. Default 5000; 0: SIGKILL at once; Infinity: never. The timer runs on
   * the native side: it outlasts a worker, and does not keep the process alive. A handle that attach() made uses the
   * defaults of both options.
   */
  killGrace?: number
  /**
   * The format in which both sides write messages to an `'ipc'` channel. Default `'json'`. `'advanced'` is V8's own
   * format, which also holds Map, Set, Date, BigInt, Error, bytes and more. Use it for children that are Deno, or
   * Node.js of about this version: a newer V8 may write what an older one cannot read. In Bun, it is
   * `ERR_FEATURE_UNAVAILABLE`. Any other value is `ERR_INVALID_ARG_VALUE`.
   */
  serialization?: 'json' | 'advanced'
  /**
   * Hides the child's windows on Windows: true shows neither a console window nor the first window of a GUI program;
   * false shows both. A child that has been given one of this process's fds uses this process's console, if there is
   * one. The default is like false, but without a console window if this process has no console (Electron and other GUI
   * programs). Ignored elsewhere.
   */
  windowsHide?: boolean
  /** Windows: does not quote or escape arguments. Default false (true for `shell` with cmd.exe). Ignored elsewhere. */
  windowsVerbatimArguments?: boolean
}

/** The options of a child whose `stdio` is the default, pipes. */
export type PipedOptions = SpawnOptions & { stdio?: 'pipe' | readonly ['pipe', 'pipe', 'pipe'] | null }

/**
 * A token that stands for a child. It can be sent with postMessage, and is valid only in the threads of this process.
 */
export interface ChildToken {
  /** An opaque string that identifies this process and the child. */
  readonly sharedChild: string
}

/** Options of wait(), waitTimeout() and waitDeadline(). */
export interface WaitOptions {
  /**
   * Gives up the wait when it aborts: the promise rejects with an AbortError (its `code` is `'ABORT_ERR'`, its `cause`
   * the signal's reason). The child is not affected.
   */
  signal?: AbortSignal
}

/** Options of terminate(). */
export interface TerminateOptions {
  /** The signal that asks the child to end. Default: the `killSignal` with which it was spawned. */
  signal?: Signal
  /**
   * Milliseconds between `signal` and SIGKILL; 0: SIGKILL at once; Infinity: never. Default: the `killGrace` with which
   * the child was spawned.
   */
  grace?: number
  /**
   * Closes the child's stdin first and then gives the child this many milliseconds to end by itself, as programs do
   * that read requests from stdin (language servers, for example). A stdin that another handle uses or has taken is not
   * closed: end it there. Default: stdin is left as it is.
   */
  endStdin?: number
}

/** Options of waitGroup(). */
export interface WaitGroupOptions {
  /** Milliseconds (>= 0) after which waitGroup() resolves with false. Default: no limit, as with Infinity. */
  timeout?: number
  /** Gives up the wait when it aborts: the promise rejects with an AbortError. The group is not affected. */
  signal?: AbortSignal
}

/** Options of lines(). */
export interface LinesOptions {
  /** Which stream to read. Default `'stdout'`. */
  from?: 'stdout' | 'stderr'
  /** The encoding of the text. Default `'utf8'`. */
  encoding?: BufferEncoding
}

/** Options of output() and run(), which also take an `encoding`: see output(). */
export interface OutputOptions {
  /** The largest number of bytes to collect from stdout, and from stderr. Default 64 MiB; Infinity: no limit. */
  maxBuffer?: number
  /**
   * How many milliseconds after the exit to go on reading a pipe that another process (a grandchild) keeps open;
   * Infinity: until it is closed. Default 1000, but 50 if this process ended the child (its status has a `cause`).
   */
  drainTimeout?: number
  /**
   * What to write to the child's stdin, which is then closed. A string or bytes are written whole; the pieces of a
   * stream or an iterable are written no faster than the child reads them. It is not an error if the child does not
   * read all of it: the rest of a stream is destroyed (cancelled, returned). If the input itself fails, the child is
   * ended, and output() rejects with that error.
   */
  input?: OutputInput
  /** Rejects with a CommandError unless the child succeeds. Default: false for output(), true for run(). */
  check?: boolean
  /**
   * What to do when the child writes more than `maxBuffer` bytes. With `'kill'`, the default, the child is ended, and
   * the promise rejects. With `'head'` or `'tail'`, the child goes on, the first or last `maxBuffer` bytes are kept,
   * and `truncated` is true.
   */
  overflow?: 'kill' | 'head' | 'tail'
}

/**
 * What output() and run() can write to a child: text, bytes, a Blob, or what yields text or bytes (a Readable, a web
 * ReadableStream, an iterable). A string is written whole, not character by character.
 *
 * Blob and ReadableStream are described by their members, because Node.js and the DOM (Electron) each have types of
 * their own for them.
 */
export type OutputInput =
  | string
  | NodeJS.ArrayBufferView
  | ArrayBuffer
  | { readonly size: number; readonly type: string; arrayBuffer(): Promise<ArrayBuffer>; stream(): object }
  | Readable
  | {
      getReader(): {
        read(): Promise<{ done: boolean; value?: string | Uint8Array | undefined }>
        cancel(): Promise<void>
      }
    }
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>

/** What output() or run() collected. */
export interface Output<T> {
  /** How the child ended. */
  readonly status: ExitStatus
  /** What the child wrote to fd 1; empty if that is not a pipe. */
  readonly stdout: T
  /** What the child wrote to fd 2; empty if that is not a pipe. */
  readonly stderr: T
  /** Whether a part of stdout or stderr was left out, because of `overflow`. */
  readonly truncated: boolean
  /** True if both streams were read to their end; false if `drainTimeout` cut the reading short. */
  readonly drained: boolean
}
