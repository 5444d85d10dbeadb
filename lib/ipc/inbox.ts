// Keeps the messages that a child has sent and nobody has taken yet, and the reads that wait for more.
import { invalidState } from '../errors.js'

type Result = IteratorResult<unknown, undefined>

type Waiter = (result: Result | Promise<Result>) => void

const DONE: Result = { done: true, value: undefined }

export class Inbox {
  readonly #onWait: () => void
  #messages: unknown[] = []
  /** The index of the next message. (Taking the first element out of a long array would move all the others.) */
  #next = 0
  #waiters: Waiter[] = []
  #ended = false
  /** Why the inbox has ended. Only one read rejects with it. */
  #failure: Error | null = null
  #hasReader = false

  /** @param onWait is called whenever somebody begins to wait, or nobody waits any more */
  constructor(onWait: () => void) {
    this.#onWait = onWait
  }

  get isAwaited(): boolean {
    return this.#waiters.length > 0
  }

  put(message: unknown): void {
    const waiter = this.#waiters.shift()
    if (waiter === undefined) {
      this.#messages.push(message)
      return
    }
    waiter({ done: false, value: message })
    if (!this.isAwaited) this.#onWait()
  }

  /** Declares that no more messages will come. Those that are here can still be taken. */
  end(failure: Error | null = null): void {
    if (this.#ended) return
    this.#ended = true
    this.#failure = failure
    this.#dismissAll()
  }

  /** Allows one reader at a time, because each of two would see only some of the messages. */
  read(): AsyncIterableIterator<unknown> {
    if (this.#hasReader) throw invalidState('messages() is read by somebody else: end that loop first')
    this.#hasReader = true
    let open = true
    const close = (): void => {
      if (open) this.#hasReader = false
      open = false
    }
    const reader: AsyncIterableIterator<unknown, undefined, undefined> = {
      next: async () => {
        try {
          const result = open ? await this.#take() : DONE
          if (result.done) close()
          return result
        } catch (error) {
          close()
          throw error
        }
      },
      // A loop that is left early leaves the messages that follow to the next one.
      return: async () => {
        if (open) this.#dismissAll()
        close()
        return DONE
      },
      [Symbol.asyncIterator]: () => reader,
    }
    return reader
  }

  #take(): Result | Promise<Result> {
    if (this.#next < this.#messages.length) return { done: false, value: this.#shift() }
    if (this.#ended) return this.#end()
    return new Promise((resolve) => {
      this.#waiters.push(resolve)
      if (this.#waiters.length === 1) this.#onWait()
    })
  }

  /** Rejects with the reason once, and then reports the end. */
  #end(): Result | Promise<Result> {
    const failure = this.#failure
    this.#failure = null
    return failure === null ? DONE : Promise.reject(failure)
  }

  #shift(): unknown {
    const message = this.#messages[this.#next]
    this.#messages[this.#next++] = undefined
    if (this.#next === this.#messages.length) {
      this.#messages = []
      this.#next = 0
    }
    return message
  }

  #dismissAll(): void {
    if (!this.isAwaited) return
    const waiters = this.#waiters
    this.#waiters = []
    waiters.forEach((waiter) => waiter(this.#end()))
    this.#onWait()
  }
}
