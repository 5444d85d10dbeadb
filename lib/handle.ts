// What this thread knows of one child; SharedChild is its public face. Whoever learns of the exit first, the event
// queue or a synchronous question to the kernel, settles it for everybody.
import type { NativeChild } from '../index.js'
import { killFailed, reapedElsewhere } from './errors.js'
import { forgetExit, hold, listenForExit, release } from './events.js'
import { fromNative } from './exit-status.js'
import { Pipes } from './streams/index.js'
import type { ExitStatus } from './types.js'

export class Handle {
  readonly native: NativeChild
  readonly spawnfile: string
  readonly spawnargs: readonly string[]
  /** What output() sends when there is too much of it. */
  readonly killSignal: number
  /** output() can only be had once. */
  outputTaken = false

  #ended = false
  /** How the child ended. Null before that, and for ever when somebody else took the status. */
  #status: ExitStatus | null = null
  #waiters: Set<() => void> | null = null
  #pipes: Pipes | null = null
  #refd = true

  constructor(native: NativeChild, spawnfile: string, spawnargs: readonly string[], killSignal: number) {
    this.native = native
    this.spawnfile = spawnfile
    this.spawnargs = Object.freeze(spawnargs)
    this.killSignal = killSignal
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

  /**
   * The one place where a child ends for this thread. The second to report it changes nothing: all callers see the same
   * status object.
   */
  exited(status: ExitStatus | null): void {
    if (this.#ended) return
    this.#ended = true
    this.#status = status
    forgetExit(this.native.handle)
    if (this.#refd) release()
    this.#pipes?.childExited()
    const waiters = this.#waiters
    this.#waiters = null
    waiters?.forEach((wake) => wake())
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
   * The status if the child has ended, else null. Asks the kernel, so the answer does not depend on events still under
   * way.
   */
  poll(): ExitStatus | null {
    return this.#ended ? this.result() : this.#ask(() => this.native.tryWaitSync())
  }

  /** Blocks this thread until the exit, or for `ms`. */
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

  /** True: sent. False: the child had exited, and nothing was sent. */
  send(signal: number): boolean {
    if (this.#ended) return false
    const answer = this.native.sendSignal(signal)
    if (answer < 0) throw killFailed(answer)
    return answer === 1
  }

  /**
   * Sends what a limit sends. An EPERM, of a child that has changed its user, is nobody's to hear: the child lives on,
   * and wait() tells so by not resolving.
   */
  sendQuietly(signal: number): void {
    if (!this.#ended) this.native.end(signal)
  }

  /** Whether the child has ended because of a signal that this package sent, through whichever handle. */
  get endedByUs(): boolean {
    return this.native.wasEnded()
  }

  ref(): void {
    if (!this.#refd && !this.#ended) hold()
    this.#refd = true
  }

  unref(): void {
    if (this.#refd && !this.#ended) release()
    this.#refd = false
  }
}
