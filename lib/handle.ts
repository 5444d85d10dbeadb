// What this thread knows about one child; SharedChild is its public interface. The exit is learned either from the
// event queue or from a synchronous question to the kernel. Whichever comes first settles it for everybody.
import type { NativeChild } from '../index.js'
import type { Ending, Limits } from './ending.js'
import { killFailed, reapedElsewhere } from './errors.js'
import { forgetExit, hold, listenForExit, release } from './events.js'
import { causeNumber, fromNative } from './exit-status.js'
import type { Channel } from './ipc/channel.js'
import { openChannel } from './ipc/open.js'
import { Pipes } from './streams/index.js'
import type { Cause, ExitStatus } from './types.js'

export class Handle {
  readonly native: NativeChild
  readonly spawnfile: string
  readonly spawnargs: readonly string[]
  /** How the child is ended by default. */
  readonly ending: Ending
  /** The limits of the child; null if it has none, or if only another handle knows them. */
  limits: Limits | null = null
  /** Whether output() was called, which is possible only once. */
  outputTaken = false

  #ended = false
  /** How the child ended. Null until then, and for ever if other code took the status. */
  #status: ExitStatus | null = null
  #waiters: Set<() => void> | null = null
  #exit: Promise<void> | null = null
  #resolveExit: (() => void) | null = null
  #pipes: Pipes | null = null
  #channel: Channel | null = null
  #refd = true

  constructor(native: NativeChild, spawnfile: string, spawnargs: readonly string[], ending: Ending) {
    this.native = native
    this.spawnfile = spawnfile
    this.spawnargs = spawnargs
    this.ending = ending
    listenForExit(native.handle, this)
    hold()
  }

  get ended(): boolean {
    return this.#ended
  }

  get status(): ExitStatus | null {
    return this.#status
  }

  get pipes(): Pipes {
    return (this.#pipes ??= new Pipes(this.native, this.#ended))
  }

  /** @throws ERR_INVALID_STATE if the child has no channel, or if another handle has it */
  get channel(): Channel {
    return (this.#channel ??= openChannel(this.native, this.#refd, this.#ended))
  }

  /** Destroys all streams of the child that this handle has, and its channel. */
  destroyStreams(): void {
    this.#pipes?.destroy()
    this.#channel?.close()
  }

  /**
   * Records the exit: the one place where a child ends for this thread. A second report changes nothing, so all callers
   * see the same status object.
   */
  exited(status: ExitStatus | null): void {
    if (this.#ended) return
    this.#ended = true
    this.#status = status
    forgetExit(this.native.handle)
    if (this.#refd) release()
    this.#pipes?.childExited()
    this.#channel?.childExited()
    this.#resolveExit?.()
    const waiters = this.#waiters
    this.#waiters = null
    waiters?.forEach((wake) => wake())
  }

  /** Resolves at the exit. All waits share one promise, because there may be thousands of children. */
  exit(): Promise<void> {
    return (this.#exit ??= new Promise((resolve) => {
      if (this.#ended) resolve()
      else this.#resolveExit = resolve
    }))
  }

  /** Calls `wake` once, at the exit. */
  onExit(wake: () => void): void {
    if (this.#ended) wake()
    else (this.#waiters ??= new Set()).add(wake)
  }

  offExit(wake: () => void): void {
    this.#waiters?.delete(wake)
  }

  /** The status of a child that has ended. */
  result(): ExitStatus {
    if (this.#status === null) throw reapedElsewhere(this.native.pid)
    return this.#status
  }

  /**
   * Returns the status if the child has ended, otherwise null. Asks the kernel, so the answer does not depend on events
   * that have not been delivered yet.
   */
  poll(): ExitStatus | null {
    return this.#ended ? this.result() : this.#ask(() => this.native.tryWaitSync())
  }

  /** Blocks this thread until the exit, or for `ms` milliseconds. */
  block(ms: number): ExitStatus | null {
    return this.#ended ? this.result() : this.#ask(() => this.native.waitSync(ms))
  }

  #ask(question: () => ReturnType<NativeChild['tryWaitSync']>): ExitStatus | null {
    try {
      const answer = question()
      if (!answer) return null
      this.exited(fromNative(answer))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_CHILD_REAPED_ELSEWHERE') throw error
      this.exited(null)
    }
    return this.result()
  }

  /** Returns true if the signal was sent, false if the child had exited and nothing was sent. */
  send(signal: number): boolean {
    if (this.#ended) return false
    const answer = this.native.sendSignal(signal)
    if (answer < 0) throw killFailed(answer)
    return answer === 1
  }

  /** Whether signals can reach what the child has started, too. */
  get leadsGroup(): boolean {
    return this.native.containment !== 'child'
  }

  /** Returns true if the signal was sent to at least one process, false if no process of the group is left. */
  sendToGroup(signal: number): boolean {
    const answer = this.native.signalGroup(signal)
    if (answer < 0) throw killFailed(answer)
    return answer === 1
  }

  /**
   * Ends the child, and its group if it leads one, in `delay` milliseconds. The native side completes this even if this
   * thread ends. If the child has already exited, its group is still ended.
   */
  end(cause: Cause, { signal, grace }: Ending = this.ending, delay = 0): void {
    if (this.#ended && !this.leadsGroup) return
    const answer = this.native.end(causeNumber(cause), signal, grace, delay)
    if (answer < 0) throw killFailed(answer)
  }

  /**
   * Does the same for a limit. There is nobody to whom an error could be reported (EPERM, if the child has changed its
   * user): the child lives on, which shows in that wait() does not resolve.
   */
  endQuietly(cause: Cause): void {
    try {
      this.end(cause)
    } catch {
      // See above.
    }
  }

  ref(): void {
    if (!this.#refd && !this.#ended) hold()
    this.#refd = true
    this.#channel?.ref(true)
  }

  unref(): void {
    if (this.#refd && !this.#ended) release()
    this.#refd = false
    this.#channel?.ref(false)
  }
}
