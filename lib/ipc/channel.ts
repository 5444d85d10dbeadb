// The parent's end of a child's message channel. It speaks Node's own protocol:
// https://github.com/nodejs/node/blob/v24.0.0/lib/internal/child_process.js (setupChannel)
import { channelClosed, malformedMessage } from '../errors.js'
import { hold, release } from '../events.js'
import { afterAnotherPoll } from '../soon.js'
import type { Wire, WireListener } from '../streams/wire.js'
import type { Codec } from './codec.js'
import { Inbox } from './inbox.js'
import { isInternal, REFUSAL, wantsAnswer } from './internal.js'

export class Channel implements WireListener {
  readonly #codec: Codec
  readonly #inbox = new Inbox(() => this.#heed())
  /** Null if the channel is closed. */
  #wire: Wire | null = null
  #disconnected = false
  #childExited = false
  /** How many messages are being written. */
  #sending = 0
  #refd: boolean
  #holdsLoop = false

  constructor(codec: Codec, refd: boolean) {
    this.#codec = codec
    this.#refd = refd
  }

  open(wire: Wire): void {
    this.#wire = wire
  }

  /** @throws if the message cannot be sent */
  send(message: unknown): Promise<void> {
    const bytes = this.#codec.encode(message)
    const wire = this.#wire
    if (wire === null || this.#disconnected) return Promise.reject(channelClosed())
    this.#sending++
    this.#keep()
    return new Promise((resolve, reject) => {
      wire.write(bytes, (written) => {
        this.#sending--
        this.#keep()
        if (this.#disconnected && this.#sending === 0) this.close()
        if (written) resolve()
        else reject(channelClosed())
      })
    })
  }

  messages(): AsyncIterableIterator<unknown> {
    return this.#inbox.read()
  }

  disconnect(): void {
    this.#disconnected = true
    this.#inbox.end()
    if (this.#sending === 0) this.close()
    else this.#wire?.pause()
  }

  close(failure: Error | null = null): void {
    const wire = this.#wire
    this.#wire = null
    wire?.close()
    this.#inbox.end(failure)
  }

  /**
   * Reads what the child has written and closes the fd, even if nobody asks for the messages and another process has
   * inherited the child's end: it is no more than a socket holds.
   */
  childExited(): void {
    this.#childExited = true
    if (this.#wire?.isExhausted()) this.#finish()
    else this.#wire?.read()
  }

  received(bytes: Buffer): boolean {
    try {
      for (const message of this.#codec.decode(bytes)) this.#got(message)
    } catch (cause) {
      this.close(malformedMessage(cause))
      return false
    }
    if (this.#childExited && this.#wire?.isExhausted()) this.#finish()
    return this.#wire !== null && this.#wantsMore()
  }

  ended(): void {
    this.#finish()
  }

  /** On Windows, the end may be told before the writes that the child had read. Those told after one more poll have failed. */
  #finish(): void {
    if (this.#sending === 0) this.close()
    else afterAnotherPoll(() => this.close())
  }

  ref(refd: boolean): void {
    this.#refd = refd
    this.#keep()
  }

  #got(message: unknown): void {
    if (this.#disconnected) return
    if (!isInternal(message)) this.#inbox.put(message)
    else if (wantsAnswer(message)) this.#wire?.write(this.#codec.encode(REFUSAL), () => {})
  }

  /** Whether to read: the channel is read only as fast as its messages are taken. */
  #wantsMore(): boolean {
    return this.#inbox.isAwaited || this.#childExited
  }

  /** Called when somebody begins to wait for a message, or when nobody waits any more. */
  #heed(): void {
    if (this.#wantsMore()) this.#wire?.read()
    else this.#wire?.pause()
    this.#keep()
  }

  #keep(): void {
    const holds = this.#sending > 0 || (this.#refd && this.#inbox.isAwaited)
    if (holds === this.#holdsLoop) return
    this.#holdsLoop = holds
    if (holds) hold()
    else release()
  }
}
