// The public class: what each member means. How it is done is one call away.

// Symbol.asyncDispose, for users whose @types/node is older than it.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Readable, Writable } from 'node:stream'
import { inspect } from 'node:util'
import type { InspectOptions } from 'node:util'
import { gone, requireGroup, terminate } from './end.js'
import { DEFAULT_ENDING } from './ending.js'
import { childGone, illegalConstructor, invalidArgType } from './errors.js'
import { attachChild, holding } from './events.js'
import { Handle } from './handle.js'
import { send } from './ipc/send.js'
import { lines } from './lines.js'
import { output } from './output.js'
import { isObject } from './own.js'
import { signalNumber } from './signals.js'
import { launch, launchSync } from './spawn/index.js'
import { traced, tracedSync, tracing } from './tracing.js'
import type {
  ChildToken,
  Containment,
  ExitStatus,
  LinesOptions,
  Output,
  OutputOptions,
  PipedOptions,
  Signal,
  SpawnOptions,
  TerminateOptions,
  WaitGroupOptions,
  WaitOptions,
} from './types.js'
import { nonNegative } from './validate.js'
import { wait, waitDeadline, waitGroup, waitTimeout } from './wait.js'

const SIGKILL = 9

/**
 * What keeps a handle from being posted: without it, the other side would get an empty object. The structured clone
 * refuses every symbol, and quotes it: "DataCloneError: Symbol(..) could not be cloned."
 */
const NOT_CLONEABLE = Symbol('A SharedChild; use share(): post the token that it returns, and attach() that')

/**
 * A child process that any number of threads can wait on, poll and kill at once. Its signals never reach a process that
 * is not this child.
 *
 * Handles are made by {@link SharedChild.spawn}, {@link SharedChild.spawnSync} and {@link SharedChild.attach}.
 */
export class SharedChild {
  readonly #handle: Handle

  /** @internal */
  readonly notCloneable = NOT_CLONEABLE

  private constructor(handle: Handle) {
    if (!(handle instanceof Handle)) throw illegalConstructor()
    this.#handle = handle
  }

  /**
   * Starts a program. The JS thread never forks, execs or waits. (Where the system refuses every further thread, it
   * starts the program itself, as spawnSync() does.)
   *
   * Rejects with Node's own error shape: `code` ('ENOENT', 'EACCES', 'EAGAIN', 'EMFILE', ...), `errno`, `syscall`
   * ('spawn ls'), `path`, `spawnargs`; a bad `cwd` with syscall 'chdir' and the cwd as `path`. Arguments of a wrong
   * type, or with a NUL byte in them, reject with a TypeError (`ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`),
   * numbers out of range with a RangeError (`ERR_OUT_OF_RANGE`), what this system does not have with
   * `ERR_FEATURE_UNAVAILABLE`, an aborted `options.signal` with an AbortError, and `ERR_ACCESS_DENIED` where Node's
   * permission model forbids child processes, or Deno's (`--allow-run`, which is asked for as Deno does) this one; nothing is
   * started then. The message of an ENOENT names a script's
   * interpreter if it is that which is missing. Everything passed in is read at the time of the call; the child has the
   * working directory, umask, priority, processors and rights that the calling thread had then.
   *
   * The program is started even if process.exit(), an uncaught exception or the end of the worker follows at once: the
   * process waits for all spawns that are queued, for one second at most. On Windows it does not wait, and the program may
   * not be started. In exit handlers, use {@link SharedChild.spawnSync}, which has started the program when it returns.
   *
   * @param file a path, a `file:` URL, or a name to look up in the child's PATH
   * @param args strings only (child_process coerces others)
   */
  static spawn(file: string | URL, args?: readonly string[] | null, options?: PipedOptions): Promise<PipedChild>
  static spawn(file: string | URL, options: PipedOptions): Promise<PipedChild>
  static spawn(file: string | URL, args?: readonly string[] | null, options?: SpawnOptions): Promise<SharedChild>
  static spawn(file: string | URL, options?: SpawnOptions): Promise<SharedChild>
  static spawn(file: unknown, second?: unknown, third?: unknown): Promise<SharedChild> {
    return start(file, second, third)
  }

  /**
   * The same, done on the calling thread: returns the RUNNING child (it does not wait for it), and throws what spawn()
   * rejects with. For exit handlers and worker bootstraps. It blocks for as long as the system takes to start a
   * program, typically 0.1 to 1 ms.
   */
  static spawnSync(file: string | URL, args?: readonly string[] | null, options?: SpawnOptions): SharedChild
  static spawnSync(file: string | URL, options?: SpawnOptions): SharedChild
  static spawnSync(file: unknown, second?: unknown, third?: unknown): SharedChild {
    const work = (): SharedChild => childOf(launchSync(file, second, third))
    const channel = tracing()
    return channel === null ? work() : tracedSync(channel, [file, second, third], work)
  }

  /**
   * A handle on a child that another thread of this process has shared. A running child can be attached even if all other
   * handles and the thread that started it are gone. A child that has exited can be attached while a handle on it exists,
   * or while it is among the last 1,024 shared children that ended.
   *
   * Throws `ERR_CHILD_GONE` when the token is from another process or its child is gone, `ERR_INVALID_ARG_TYPE` when it
   * is no token.
   */
  static attach(token: ChildToken): SharedChild {
    const ticket: unknown = isObject(token) && Object.hasOwn(token, 'sharedChild') ? token.sharedChild : undefined
    if (typeof ticket !== 'string') throw invalidArgType('token', 'a token made by share()', token)
    const native = attachChild(ticket)
    if (native === null) throw childGone()
    return childOf(new Handle(native, native.spawnfile, native.spawnargs, DEFAULT_ENDING))
  }

  /** The child's process id. After the exit, it may belong to another process. */
  get pid(): number {
    return this.#handle.native.pid
  }

  /** The program that was started, as child_process has it: `file`, or the shell. */
  get spawnfile(): string {
    return this.#handle.spawnfile
  }

  /** The child's argv, `argv[0]` first, as child_process has it. */
  get spawnargs(): readonly string[] {
    return Object.freeze(this.#handle.spawnargs)
  }

  /**
   * A stream on the child's stdin; null when that is not a pipe, or another handle took it. A pipe is taken once per
   * process: the first handle that touches a getter or a take*() has it. Created at first use: an unused one costs the
   * event loop nothing.
   *
   * It is destroyed at the child's exit: later writes fail in their callback (ERR_STREAM_DESTROYED or EPIPE), and never
   * as an uncaught 'error'.
   */
  get stdin(): Writable | null {
    return this.#handle.pipes.get(0) as Writable | null
  }

  /**
   * A stream on the child's stdout; null when that is not a pipe, or another handle took it. Created at first use. What
   * has not been read at the exit stays there to be read. Once created, read it or destroy() it: until then it holds
   * its fd, and a full pipe stops the child.
   */
  get stdout(): Readable | null {
    return this.#handle.pipes.get(1) as Readable | null
  }

  /** The same for stderr. */
  get stderr(): Readable | null {
    return this.#handle.pipes.get(2) as Readable | null
  }

  /**
   * A view of all streams: index = the child's fd; the first three are the getters above. 3 and up are Duplex (socket
   * pairs), as in child_process.
   */
  get stdio(): readonly (Readable | Writable | null)[] {
    return this.#handle.pipes.view
  }

  /**
   * Resolves with the status when the child has exited. It may be called any number of times, from any thread, before or
   * after the exit; all calls on one handle resolve with the same object. It neither reads the pipes nor waits for them,
   * so a grandchild that holds one open does not delay it. But a child that fills a pipe which nobody reads (64 KiB on
   * Linux) blocks and does not exit: read stdout and stderr, call output(), or choose another `stdio` than 'pipe'.
   *
   * Uses no thread of the libuv pool: four waits that do (as the AsyncTask `wait()` of 'shared-child/native' does) make
   * every `fs.readFile` wait for a child, and process.exit() and worker.terminate() too.
   *
   * Rejects with `ERR_CHILD_REAPED_ELSEWHERE` when somebody else in this process took the status (a foreign
   * waitpid(-1), SIGCHLD ignored) and the kernel cannot tell it again (Linux can since 6.15).
   */
  wait(options?: WaitOptions): Promise<ExitStatus> {
    return wait(this.#handle, options)
  }

  /**
   * The status, or null if the child still runs after `ms` milliseconds (>= 0; Infinity = no limit). The child is left
   * alone. Asks the kernel at least once, so 0 works. Rejects as wait() does, and with `ERR_INVALID_ARG_TYPE` or
   * `ERR_OUT_OF_RANGE` for other `ms`.
   */
  waitTimeout(ms: number, options?: WaitOptions): Promise<ExitStatus | null> {
    return waitTimeout(this.#handle, ms, options)
  }

  /**
   * The same until a point in time: a Date, or milliseconds since the epoch. One in the past asks the kernel once. The time
   * from now until then is computed at the call from `Date.now()` (which a test may have replaced), and is then measured by
   * the real clock.
   */
  waitDeadline(at: Date | number, options?: WaitOptions): Promise<ExitStatus | null> {
    return waitDeadline(this.#handle, at, options)
  }

  /**
   * Blocks the calling thread until the exit, or for `ms` milliseconds (>= 0): null if the child still runs then.
   * Pipes are not read meanwhile: a child that fills one never exits.
   */
  waitSync(): ExitStatus
  waitSync(ms: number): ExitStatus | null
  waitSync(ms?: number): ExitStatus | null {
    return this.#handle.block(ms === undefined ? Infinity : nonNegative('ms', ms))
  }

  /**
   * The status if the child has exited, else null. Asks the kernel: a child that exited before the call is never
   * reported as running.
   */
  async tryWait(): Promise<ExitStatus | null> {
    return this.#handle.poll()
  }

  /** The same at once. Throws `ERR_CHILD_REAPED_ELSEWHERE` as wait() rejects. */
  tryWaitSync(): ExitStatus | null {
    return this.#handle.poll()
  }

  /**
   * Sends SIGKILL (or `signal`) to the child alone, with `group` too. It is sent before this returns, whatever the libuv pool is doing; the promise only
   * tells the outcome: true when it was sent, false when the child had already exited (nothing is sent then: its pid
   * may belong to someone else).
   *
   * Rejects with `ERR_UNKNOWN_SIGNAL`, or with the system's error (syscall 'kill', e.g. EPERM for a child that changed
   * its user).
   */
  async kill(signal?: Signal): Promise<boolean> {
    return this.killSync(signal)
  }

  /** The same, with the outcome at once; throws what kill() rejects with. */
  killSync(signal?: Signal): boolean {
    return this.#handle.send(signal === undefined ? SIGKILL : signalNumber(signal))
  }

  /**
   * send_signal of the Rust crate: like kill(), without a default. Signal 0 only asks whether the child is there.
   * Windows: SIGKILL, SIGTERM, SIGINT and SIGQUIT terminate, 0 asks, others reject with ENOSYS, as in child_process.
   */
  async sendSignal(signal: Signal): Promise<boolean> {
    return this.sendSignalSync(signal)
  }

  /** The same, with the outcome at once; throws what sendSignal() rejects with. */
  sendSignalSync(signal: Signal): boolean {
    return this.#handle.send(signalNumber(signal))
  }

  /**
   * What killGroup() reaches: `'job'` (Windows) and `'cgroup'` (Linux, `group: 'contain'`): everything that the child has
   * started; `'group'`: all of that which has not left the process group (setsid(2), setpgid(2)); `'child'`: the child
   * was spawned without `group`.
   */
  get containment(): Containment {
    return this.#handle.native.containment as Containment
  }

  /**
   * Ends the child in three steps. It closes stdin and waits `endStdin` ms, if that is given. It sends `signal`, and SIGCONT,
   * without which a stopped child would not receive it. After `grace` ms it sends SIGKILL. With `group`, it ends the whole
   * group, even if the child itself has exited, and resolves when no process of the group runs any more; otherwise it
   * resolves when the child has exited.
   *
   * Any number of callers in any threads may call it: the earliest deadline counts, and all get the same status. It
   * completes even if the calling worker ends. Windows: it asks by CTRL_BREAK or WM_CLOSE; if no process can be asked so,
   * it sends SIGKILL at once.
   *
   * Rejects with `ERR_UNKNOWN_SIGNAL`, `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE` for its options, with the system's
   * error where kill() does (EPERM), and where wait() does.
   */
  terminate(options?: TerminateOptions): Promise<ExitStatus> {
    return terminate(this.#handle, options)
  }

  /**
   * Signals every process of the child's group or job, with SIGKILL by default, even after the child itself has exited. The
   * signal is sent before this returns. True: it was sent to at least one process (before Linux 6.9, and on macOS and BSD,
   * perhaps only to the child, which is kept as a zombie to reserve the group's number). False: no process is left. Signal 0
   * only asks. The signal never reaches a later group with the same number.
   *
   * Rejects with `ERR_INVALID_STATE` if the child was spawned without `group`, and as kill() does.
   */
  async killGroup(signal?: Signal): Promise<boolean> {
    return this.killGroupSync(signal)
  }

  /** The same, with the outcome at once; throws what killGroup() rejects with. */
  killGroupSync(signal?: Signal): boolean {
    requireGroup(this.#handle)
    return this.#handle.sendToGroup(signal === undefined ? SIGKILL : signalNumber(signal))
  }

  /**
   * Resolves with true when no process of the child's group runs any more (zombies do not count), or with false after
   * `timeout` milliseconds (default: no limit). It ends no process. Without `group`: `ERR_INVALID_STATE`.
   */
  waitGroup(options?: WaitGroupOptions): Promise<boolean> {
    return waitGroup(this.#handle, options)
  }

  /**
   * Sends one message to a child with a channel (`stdio: [.., 'ipc']`): `process.on('message')` in Node.js, Bun and Deno.
   * Strings, numbers, booleans, null and objects, as JSON; with `serialization: 'advanced'` what the structured clone knows.
   *
   * Resolves once the message is written. A child that does not read keeps it waiting when the channel is full: await it,
   * or all that you send is kept in memory. Several calls arrive in their order.
   *
   * Rejects with `ERR_IPC_CHANNEL_CLOSED` when the child has exited or disconnected, or disconnect() was called; that is
   * never an uncaught error, so a message that may get lost need not be awaited. With `ERR_INVALID_STATE` for a child without a
   * channel, or one whose channel another handle has: a channel is taken once per process, as pipes are, by the first
   * send(), messages() or disconnect(). With a TypeError for what cannot be sent: nothing is written then. Handles
   * (sockets, servers) are refused with `ERR_INVALID_HANDLE_TYPE`: give a socket to the child by its `stdio`.
   */
  send(message: unknown): Promise<void>
  send(message: unknown, handle?: unknown): Promise<void> {
    return send(this.#handle, message, handle)
  }

  /**
   * What the child sends (`process.send()` in Node.js, Bun and Deno), until the channel closes: the child disconnects or
   * exits, or disconnect() is called. What it had sent before that comes first, also from a time when nobody listened: it
   * waits in the channel, which stops a child that sends more than that holds.
   *
   * Leaving the loop leaves the channel open, and the messages that follow to the next messages(). A second one at the
   * same time throws `ERR_INVALID_STATE`, as do a child without a channel, and one whose channel another handle has.
   *
   * Something that is no message ends the loop with `ERR_IPC_MALFORMED_MESSAGE`, after those before it, and closes the
   * channel. Handles that the child sends do not arrive, nor does their message: it is told so, and Node.js warns there.
   *
   * A channel keeps the event loop alive only while somebody waits for a message here (unless unref() was called) or a
   * send() is under way.
   */
  messages(): AsyncIterableIterator<unknown> {
    return this.#handle.channel.messages()
  }

  /**
   * Closes the channel when what was sent is written: 'disconnect' in the child, which may then end by itself. messages()
   * ends, and what it has not read yet is lost. Does nothing the second time. Throws `ERR_INVALID_STATE` as messages() does.
   */
  disconnect(): void {
    this.#handle.channel.disconnect()
  }

  /**
   * Takes stdin away from the handle, once, as the Rust crate's take_stdin does: null the second time, and the getter
   * is null from then on. It is still destroyed at the exit.
   */
  takeStdin(): Writable | null {
    return this.#handle.pipes.take(0) as Writable | null
  }

  /** Takes stdout away from the handle, once. output() and `await using` then leave it alone. */
  takeStdout(): Readable | null {
    return this.#handle.pipes.take(1) as Readable | null
  }

  /** Takes stderr away from the handle, once. */
  takeStderr(): Readable | null {
    return this.#handle.pipes.take(2) as Readable | null
  }

  /**
   * The lines of stdout (or stderr), as they come, without their ends (`\n` or `\r\n`); a last one without an end is
   * one, too. Characters are whole. They are read as fast as they are asked for, and not ahead of that but for what a
   * stream buffers: a child that is faster waits.
   *
   *     for await (const line of child.lines()) if (line.startsWith('ready')) break
   *
   * Leaving the loop early leaves the child alone: what it goes on to write is read and thrown away, so that it neither
   * stops nor dies of SIGPIPE, and that does not keep the event loop alive. The lines end when everybody who has the
   * other end of the pipe has closed it, a grandchild as well, or when the stream is destroyed.
   *
   * It has the stream for itself. Throws `ERR_INVALID_STATE` when that is no pipe, or was taken, read or listened to
   * before, also by lines() or output(); `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` for its options.
   */
  lines(options?: LinesOptions): AsyncIterableIterator<string> {
    return lines(this.#handle, options)
  }

  /**
   * Waits, and collects stdout and stderr. Those that are not pipes are empty.
   *
   * Without `input`, a stdin that nobody has asked for by the next setImmediate is closed, so that a child which reads
   * it ends; also if output() rejects for its options.
   *
   * Over `maxBuffer` bytes on either: the child is ended (see `killSignal`) and it rejects with a RangeError,
   * `ERR_CHILD_PROCESS_STDIO_MAXBUFFER`, that has what was read in `stdout` and `stderr`, and the `status`. A text that
   * is too long for a string (`buffer.constants.MAX_STRING_LENGTH`): it rejects with `ERR_STRING_TOO_LONG`, and the
   * error has the same properties, the first two as Buffers (so has the other one, if both are the case). A grandchild
   * that keeps a pipe open cannot hang it: `drainTimeout` ms after the exit it resolves with what is there and
   * `drained: false`. In the end both streams are destroyed. Called twice, or after a stream was taken, read or listened
   * to ('data', 'readable'): `ERR_INVALID_STATE`.
   */
  output(options?: OutputOptions & { encoding?: BufferEncoding }): Promise<Output<string>>
  output(options: OutputOptions & { encoding: 'buffer' }): Promise<Output<Buffer>>
  output(options?: OutputOptions): Promise<Output<string | Buffer>> {
    return holding(output(this.#handle, options))
  }

  /**
   * A token for {@link SharedChild.attach} in any thread of this process: send it with postMessage or workerData. It
   * contains no pid. (A SharedChild itself cannot be cloned: posting one is a DataCloneError.)
   */
  share(): ChildToken {
    return { sharedChild: this.#handle.native.share() }
  }

  /**
   * Undoes unref(). A handle keeps its thread's event loop alive until the child exits (as in child_process), unless
   * unref()ed.
   */
  ref(): this {
    this.#handle.ref()
    return this
  }

  /**
   * Lets this thread's event loop end while the child runs, even if a wait() is pending. waitTimeout(), waitDeadline(),
   * output() and `await using` still keep it alive until they settle, and so do streams in use, as in child_process.
   */
  unref(): this {
    this.#handle.unref()
    return this
  }

  /**
   * Calls terminate(), and then destroys the streams that were not taken. So `await using child = await spawn(...)` leaves
   * nothing of the child behind and, with `group`, nothing of the group, even if the child has exited before. It asks the
   * child to end first: see `killSignal` and `killGrace`. Rejects only where kill() does (EPERM).
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const handle = this.#handle
    handle.end('dispose')
    await holding(gone(handle))
    handle.destroyStreams()
  }

  /**
   * Sends SIGKILL at once, with `group` to all of it, and does not wait: for `using`, where nothing can be awaited.
   * Throws only where kill() does (EPERM).
   */
  [Symbol.dispose](): void {
    this.#handle.end('dispose', { signal: SIGKILL, grace: 0 })
  }

  /** @internal */
  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, options: InspectOptions): string {
    const { pid, spawnfile, spawnargs } = this
    return `SharedChild ${inspect({ pid, spawnfile, spawnargs, status: this.#handle.status }, options)}`
  }
}

/**
 * Starts a child, for spawn() and run().
 *
 * @internal
 */
export function start(
  file: unknown,
  second: unknown,
  third: unknown,
  onHandle?: (handle: Handle) => void,
): Promise<SharedChild> {
  const channel = tracing()
  if (channel === null && onHandle === undefined) return launch(file, second, third, childOf)
  const work = (told: (child: SharedChild) => void): Promise<SharedChild> =>
    launch(file, second, third, (handle) => {
      onHandle?.(handle)
      const child = childOf(handle)
      told(child)
      return child
    })
  return channel === null ? work(() => {}) : traced(channel, [file, second, third], work)
}

/** Out here, because a class that names itself in its body is renamed by the bundler, and its name is public. */
function childOf(handle: Handle): SharedChild {
  return new (SharedChild as unknown as new (handle: Handle) => SharedChild)(handle)
}

/** A child with pipes for stdin, stdout and stderr: what spawn() gives without `stdio`. */
export interface PipedChild extends SharedChild {
  /** A stream on the child's stdin. */
  readonly stdin: Writable
  /** A stream on the child's stdout. */
  readonly stdout: Readable
  /** A stream on the child's stderr. */
  readonly stderr: Readable
}
