// The public class, which documents what each member means. The modules that it calls do the work.

// For users whose @types/node is too old to declare Symbol.asyncDispose.
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
import type { Encoding } from './output.js'
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
 * Keeps a handle from being posted; without it, the receiver would get an empty object. The structured clone refuses
 * every symbol and quotes its description in the error: "DataCloneError: Symbol(..) could not be cloned."
 */
const NOT_CLONEABLE = Symbol('A SharedChild; use share(): post the token that it returns, and attach() that')

/**
 * A handle on a child process that any number of threads can wait on, poll and kill at once. Its signals never reach a
 * process that is not this child.
 *
 * Create handles with {@link SharedChild.spawn}, {@link SharedChild.spawnSync} and {@link SharedChild.attach}.
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
   * Starts a program, and resolves with its handle once the program runs. The JS thread never forks, execs or waits.
   * (If the system allows no further thread, it starts the program itself, as spawnSync() does.)
   *
   * All arguments are read at the time of the call. The child has the working directory, umask, priority, CPU affinity
   * and rights that the calling thread had then.
   *
   * Rejects with an error of Node's own shape if the program cannot be started: `code` ('ENOENT', 'EACCES', 'EAGAIN',
   * 'EMFILE', ...), `errno`, `syscall` ('spawn ls'), `path` and `spawnargs`. If the `cwd` is at fault, `syscall` is
   * 'chdir' and `path` is the cwd. If a script's interpreter is missing, the message of the ENOENT names it.
   *
   * Some errors are found before anything is started: a TypeError for arguments of a wrong type or with a NUL byte in
   * them (`ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`); a RangeError for numbers out of range
   * (`ERR_OUT_OF_RANGE`); `ERR_FEATURE_UNAVAILABLE` for what this system cannot do; an AbortError if `options.signal` is
   * already aborted; and `ERR_ACCESS_DENIED` if Node's permission model forbids child processes, or Deno's forbids this
   * one (`--allow-run`; Deno may ask the user for it first).
   *
   * The program is started even if process.exit(), an uncaught exception or the end of the worker follows at once: the
   * process waits for all queued spawns, for one second at most. On Windows it does not wait, and the program may not
   * be started. In exit handlers, use {@link SharedChild.spawnSync}, which has started the program when it returns.
   *
   * @param file a path, a `file:` URL, or a name to look up in the child's PATH
   * @param args an array of strings (child_process coerces other values)
   */
  static spawn(file: string | URL, args?: readonly string[] | null, options?: PipedOptions): Promise<PipedChild>
  static spawn(file: string | URL, options: PipedOptions): Promise<PipedChild>
  static spawn(file: string | URL, args?: readonly string[] | null, options?: SpawnOptions): Promise<SharedChild>
  static spawn(file: string | URL, options?: SpawnOptions): Promise<SharedChild>
  static spawn(file: unknown, second?: unknown, third?: unknown): Promise<SharedChild> {
    return start(file, second, third)
  }

  /**
   * Starts a program on the calling thread, and returns a handle on the RUNNING child without waiting for its exit.
   * Throws what spawn() rejects with. Use it in exit handlers and while a worker starts up. It blocks for as long as
   * the system takes to start a program, typically 0.1 to 1 ms.
   */
  static spawnSync(file: string | URL, args?: readonly string[] | null, options?: SpawnOptions): SharedChild
  static spawnSync(file: string | URL, options?: SpawnOptions): SharedChild
  static spawnSync(file: unknown, second?: unknown, third?: unknown): SharedChild {
    const work = (): SharedChild => childOf(launchSync(file, second, third))
    const channel = tracing()
    return channel === null ? work() : tracedSync(channel, [file, second, third], work)
  }

  /**
   * Creates a handle on a child that another thread of this process has shared. This works while the child runs, even
   * if all other handles and the thread that started it are gone. After the exit, it works while a handle on the child
   * exists, or as long as the child is among the 1,024 shared children that exited last.
   *
   * Throws `ERR_CHILD_GONE` if the token is from another process or its child is gone, and `ERR_INVALID_ARG_TYPE` if it
   * is not a token.
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

  /** The program that was started: `file`, or the shell. The same as in child_process. */
  get spawnfile(): string {
    return this.#handle.spawnfile
  }

  /** The child's arguments, including `argv[0]`. The same as in child_process. */
  get spawnargs(): readonly string[] {
    return Object.freeze(this.#handle.spawnargs)
  }

  /**
   * A stream that writes to the child's stdin, or null if that is not a pipe or another handle has taken it. Only one
   * handle in the process can have a pipe: the first that uses its getter or take method. The stream is created at the
   * first use; a pipe that is not used costs the event loop nothing.
   *
   * It is destroyed when the child exits. Later writes fail in their callback (ERR_STREAM_DESTROYED or EPIPE), never as
   * an uncaught 'error'.
   */
  get stdin(): Writable | null {
    return this.#handle.pipes.get(0) as Writable | null
  }

  /**
   * A stream that reads the child's stdout, or null if that is not a pipe or another handle has taken it. It is created
   * at the first use. What has not been read when the child exits can still be read. Once you have used this getter,
   * read the stream to its end or destroy() it: until then it holds its fd, and a full pipe blocks the child.
   */
  get stdout(): Readable | null {
    return this.#handle.pipes.get(1) as Readable | null
  }

  /** A stream that reads the child's stderr; otherwise the same as `stdout`. */
  get stderr(): Readable | null {
    return this.#handle.pipes.get(2) as Readable | null
  }

  /**
   * All streams of the child, by its fd. The first three are `stdin`, `stdout` and `stderr`; from 3 on they are Duplex
   * streams (socket pairs), as in child_process. Each is created when it is first accessed.
   */
  get stdio(): readonly (Readable | Writable | null)[] {
    return this.#handle.pipes.view
  }

  /**
   * Resolves with the status when the child has exited. You may call it any number of times, from any thread, before or
   * after the exit; all calls on one handle resolve with the same object. It neither reads the pipes nor waits for
   * them, so a grandchild that holds one open does not delay it. But a child that fills a pipe which nobody reads (64
   * KiB on Linux) blocks and does not exit: read stdout and stderr, call output(), or choose another `stdio` than
   * 'pipe'.
   *
   * It uses no thread of the libuv pool. (Four waits that do, such as the AsyncTask `wait()` of 'shared-child/native',
   * make every `fs.readFile` wait for a child, and process.exit() and worker.terminate(), too.)
   *
   * Rejects with `ERR_CHILD_REAPED_ELSEWHERE` if other code in this process took the exit status (it called
   * waitpid(-1), or SIGCHLD is ignored) and the kernel cannot report it again (Linux can since 6.15).
   */
  wait(options?: WaitOptions): Promise<ExitStatus> {
    return wait(this.#handle, options)
  }

  /**
   * Resolves with the status, or with null if the child still runs after `ms` milliseconds (>= 0; Infinity: no limit).
   * The child is not affected. The kernel is asked at least once, so that 0 works. Rejects as wait() does, and with
   * `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE` for any other `ms`.
   */
  waitTimeout(ms: number, options?: WaitOptions): Promise<ExitStatus | null> {
    return waitTimeout(this.#handle, ms, options)
  }

  /**
   * Resolves as waitTimeout() does, but takes a point in time: a Date, or milliseconds since the epoch. If that is in
   * the past, the kernel is asked once. The remaining time is computed at the call from `Date.now()` (which a test may
   * have replaced), and is then measured by the real clock.
   */
  waitDeadline(at: Date | number, options?: WaitOptions): Promise<ExitStatus | null> {
    return waitDeadline(this.#handle, at, options)
  }

  /**
   * Blocks the calling thread until the child exits, and returns the status; or null if it still runs after `ms`
   * milliseconds (>= 0). Pipes are not read meanwhile, so a child that fills one never exits.
   */
  waitSync(): ExitStatus
  waitSync(ms: number): ExitStatus | null
  waitSync(ms?: number): ExitStatus | null {
    return this.#handle.block(ms === undefined ? Infinity : nonNegative('ms', ms))
  }

  /**
   * Resolves with the status if the child has exited, otherwise with null. It asks the kernel, so a child that exited
   * before the call is never reported as running.
   */
  async tryWait(): Promise<ExitStatus | null> {
    return this.#handle.poll()
  }

  /** Returns at once what tryWait() resolves with. Throws `ERR_CHILD_REAPED_ELSEWHERE` if wait() would. */
  tryWaitSync(): ExitStatus | null {
    return this.#handle.poll()
  }

  /**
   * Sends SIGKILL (or `signal`) to the child alone, even if it was spawned with `group`. The signal is sent before this
   * returns, whatever the libuv pool is doing. The promise only reports the outcome: true if the signal was sent, false
   * if the child had already exited (nothing is sent then, because its pid may belong to another process).
   *
   * Rejects with `ERR_UNKNOWN_SIGNAL`, or with the system's error (its `syscall` is 'kill'), for example EPERM if the
   * child has changed its user.
   */
  async kill(signal?: Signal): Promise<boolean> {
    return this.killSync(signal)
  }

  /** Does what kill() does, and returns the outcome. Throws what kill() rejects with. */
  killSync(signal?: Signal): boolean {
    return this.#handle.send(signal === undefined ? SIGKILL : signalNumber(signal))
  }

  /**
   * Sends a signal to the child, as kill() does, but has no default signal. Signal 0 only asks whether the child still
   * runs. Windows: SIGKILL, SIGTERM, SIGINT and SIGQUIT end the child, 0 asks, and others reject with ENOSYS, as in
   * child_process.
   */
  async sendSignal(signal: Signal): Promise<boolean> {
    return this.sendSignalSync(signal)
  }

  /** Does what sendSignal() does, and returns the outcome. Throws what sendSignal() rejects with. */
  sendSignalSync(signal: Signal): boolean {
    return this.#handle.send(signalNumber(signal))
  }

  /**
   * What killGroup() reaches. `'job'` (Windows) and `'cgroup'` (Linux, with `group: 'contain'`): everything that the
   * child has started. `'group'`: everything except the processes that have left the process group (setsid(2),
   * setpgid(2)). `'child'`: the child alone, because it was spawned without `group`.
   */
  get containment(): Containment {
    return this.#handle.native.containment as Containment
  }

  /**
   * Ends the child in up to three steps, and resolves with the status when it has exited. If `endStdin` is given, it
   * closes stdin and waits that many milliseconds. Then it sends `signal`, and SIGCONT, without which a stopped child
   * would not receive it. After `grace` milliseconds, it sends SIGKILL. With `group`, it ends the whole group, even if
   * the child itself has exited, and resolves when no process of the group runs any more.
   *
   * Any number of callers in any threads may call it: the earliest deadline counts, and all get the same status. It
   * completes even if the calling worker ends. Windows: it asks with CTRL_BREAK or WM_CLOSE; if no process can be asked
   * that way, it sends SIGKILL at once.
   *
   * Rejects with `ERR_UNKNOWN_SIGNAL`, `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE` for its options, with the system's
   * error if kill() would (EPERM), and as wait() does.
   */
  terminate(options?: TerminateOptions): Promise<ExitStatus> {
    return terminate(this.#handle, options)
  }

  /**
   * Sends SIGKILL (or `signal`) to every process of the child's group or job, even after the child itself has exited.
   * The signal is sent before this returns. Resolves with true if it was sent to at least one process (before Linux
   * 6.9, and on macOS and BSD, perhaps only to the child, which is kept as a zombie to reserve the group's number), and
   * with false if no process is left. Signal 0 only asks. The signal never reaches a later group with the same number.
   *
   * Rejects with `ERR_INVALID_STATE` if the child was spawned without `group`, and as kill() does.
   */
  async killGroup(signal?: Signal): Promise<boolean> {
    return this.killGroupSync(signal)
  }

  /** Does what killGroup() does, and returns the outcome. Throws what killGroup() rejects with. */
  killGroupSync(signal?: Signal): boolean {
    requireGroup(this.#handle)
    return this.#handle.sendToGroup(signal === undefined ? SIGKILL : signalNumber(signal))
  }

  /**
   * Resolves with true when no process of the child's group runs any more (zombies do not count), or with false after
   * `timeout` milliseconds (default: no limit). It ends no process. Rejects with `ERR_INVALID_STATE` if the child was
   * spawned without `group`.
   */
  waitGroup(options?: WaitGroupOptions): Promise<boolean> {
    return waitGroup(this.#handle, options)
  }

  /**
   * Sends a message to a child that has an IPC channel (`stdio: [.., 'ipc']`). A child of Node.js, Bun or Deno receives
   * it with `process.on('message')`. A message is a string, number, boolean, null or object, and is sent as JSON; with
   * `serialization: 'advanced'`, it may contain everything that the structured clone supports.
   *
   * Resolves when the message has been written. If the channel is full because the child does not read, the promise
   * waits: await it, or everything that you send is kept in memory. Messages arrive in the order of the calls.
   *
   * Rejects with:
   * - `ERR_IPC_CHANNEL_CLOSED` if the child has exited or disconnected, or disconnect() was called. This is never an
   *   uncaught error, so you need not await a message that may get lost;
   * - `ERR_INVALID_STATE` if the child has no channel, or if another handle has it: only one handle in the process can
   *   have a channel, the first that calls send(), messages() or disconnect();
   * - a TypeError, or V8's own Error, for what cannot be sent; nothing is written then. Handles (sockets, servers) are
   *   refused with `ERR_INVALID_HANDLE_TYPE`: give a socket to the child in its `stdio`.
   */
  send(message: unknown): Promise<void>
  send(message: unknown, handle?: unknown): Promise<void> {
    return send(this.#handle, message, handle)
  }

  /**
   * Iterates over the messages that the child sends (with `process.send()` in Node.js, Bun and Deno), until the channel
   * is closed: because the child disconnects or exits, or because disconnect() is called. No message is lost if nobody
   * listens for a while: it waits in the channel, and a child that sends more than the channel holds is blocked.
   *
   * Leaving the loop leaves the channel open; the next call of messages() continues with the messages that follow.
   * Throws `ERR_INVALID_STATE` if another loop over the messages is still open, if the child has no channel, and if
   * another handle has it.
   *
   * If the child writes something that is not a message, the loop throws `ERR_IPC_MALFORMED_MESSAGE` after the messages
   * before it, and the channel is closed. A handle (a socket, a server) that the child sends does not arrive, and
   * neither does the message with it: the child is told so, and Node.js prints a warning there.
   *
   * A channel keeps the event loop alive only while somebody waits for a message here (unless unref() was called), or
   * while a send() is in progress.
   */
  messages(): AsyncIterableIterator<unknown> {
    return this.#handle.channel.messages()
  }

  /**
   * Closes the channel as soon as all messages to the child have been written. The child gets a 'disconnect' event, and
   * may then end by itself. messages() ends, and messages that it has not read yet are lost. A second call does
   * nothing. Throws `ERR_INVALID_STATE` if the child has no channel, or if another handle has it.
   */
  disconnect(): void {
    this.#handle.channel.disconnect()
  }

  /**
   * Takes stdin away from the handle, and returns the stream; null the second time. From then on, the getter is null as
   * well. The stream is still destroyed when the child exits.
   */
  takeStdin(): Writable | null {
    return this.#handle.pipes.take(0) as Writable | null
  }

  /**
   * Takes stdout away from the handle, and returns the stream; null the second time. Disposal (`await using`) does not
   * destroy it then, and output() and lines() refuse to read it.
   */
  takeStdout(): Readable | null {
    return this.#handle.pipes.take(1) as Readable | null
  }

  /** Takes stderr away from the handle, as takeStdout() does with stdout. */
  takeStderr(): Readable | null {
    return this.#handle.pipes.take(2) as Readable | null
  }

  /**
   * Iterates over the lines of stdout (or stderr) as they come, without their ends (`\n` or `\r\n`). Text after the
   * last end of a line counts as a line, too. No character is ever split. Lines are read only as fast as they are asked
   * for, apart from what a stream buffers: a child that writes faster has to wait.
   *
   *     for await (const line of child.lines()) if (line.startsWith('ready')) break
   *
   * If you leave the loop early, the child goes on: what it writes from then on is read and discarded, so that it
   * neither blocks nor dies of SIGPIPE. This does not keep the event loop alive. The lines end when every process that
   * has the other end of the pipe has closed it, grandchildren included, or when the stream is destroyed.
   *
   * Nobody else may read the stream. Throws `ERR_INVALID_STATE` if it is not a pipe, or if it was taken, read or
   * listened to before, by lines() and output() as well; throws `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` for
   * its options.
   */
  lines(options?: LinesOptions): AsyncIterableIterator<string> {
    return lines(this.#handle, options)
  }

  /**
   * Waits for the exit, and resolves with the status and with what the child has written to stdout and stderr. If one
   * of them is not a pipe, its text is empty. In the end, both streams are destroyed. `encoding` says
   * how the bytes are decoded (default `'utf8'`); with `'buffer'`, they are not.
   *
   * Without `input`, stdin is closed unless you use it before the next setImmediate, so that a child that reads it
   * comes to its end. This happens even if output() rejects because of its options.
   *
   * A grandchild that keeps a pipe open does not hang output(): `drainTimeout` milliseconds after the exit, it resolves
   * with what has come, and with `drained: false`.
   *
   * If either stream has more than `maxBuffer` bytes, the child is ended (see `killSignal`), and output() rejects with
   * a RangeError, `ERR_CHILD_PROCESS_STDIO_MAXBUFFER`. Its properties `stdout` and `stderr` have what was read, and
   * `status` says how the child ended. If the text is too long for a string (`buffer.constants.MAX_STRING_LENGTH`), it
   * rejects with `ERR_STRING_TOO_LONG`. That error has the same properties, but `stdout` and `stderr` are Buffers. (If
   * both limits are exceeded, they are Buffers, too.)
   *
   * Rejects with `ERR_INVALID_STATE` if it is called twice, or after a stream was taken, read or listened to ('data',
   * 'readable').
   */
  output(options?: OutputOptions & { encoding?: BufferEncoding }): Promise<Output<string>>
  output(options: OutputOptions & { encoding: 'buffer' }): Promise<Output<Buffer>>
  output(options?: OutputOptions & Encoding): Promise<Output<string | Buffer>> {
    return holding(output(this.#handle, options))
  }

  /**
   * Returns a token with which any thread of this process can {@link SharedChild.attach} to the child. Send it with
   * postMessage or workerData. It contains no pid. (A SharedChild itself cannot be cloned: posting one is a
   * DataCloneError.)
   */
  share(): ChildToken {
    return { sharedChild: this.#handle.native.share() }
  }

  /**
   * Undoes unref(). A handle keeps its thread's event loop alive until the child exits, as in child_process, unless
   * unref() was called.
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
   * Ends the child as terminate() does, and then destroys the streams that were not taken. So after a block with
   * `await using`, nothing of the child is left and, with `group`, nothing of the group, even if the child had already
   * exited. It first asks the child to end: see `killSignal` and `killGrace`. Rejects only if kill() would (EPERM).
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const handle = this.#handle
    handle.end('dispose')
    await holding(gone(handle))
    handle.destroyStreams()
  }

  /**
   * Sends SIGKILL at once (with `group`, to the whole group), and does not wait. This is for `using`, where nothing can
   * be awaited. Throws only if kill() would (EPERM).
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

/**
 * Outside the class, because the bundler renames a class that refers to itself in its body, and the name is public.
 */
function childOf(handle: Handle): SharedChild {
  return new (SharedChild as unknown as new (handle: Handle) => SharedChild)(handle)
}

/** A child with pipes for stdin, stdout and stderr, which is what spawn() returns without `stdio`. */
export interface PipedChild extends SharedChild {
  /** A stream that writes to the child's stdin. */
  readonly stdin: Writable
  /** A stream that reads the child's stdout. */
  readonly stdout: Readable
  /** A stream that reads the child's stderr. */
  readonly stderr: Readable
}
