// Collects the output of one of a child's pipes, with a limit: on the native side if possible, otherwise with a stream.
import type { Buffer } from 'node:buffer'
import type { Readable } from 'node:stream'
import type { NativeChild } from '../../index.js'
import { collect as collectNatively } from '../events.js'
import type { Collecting } from '../events.js'
import { OVERFLOW_HEAD, OVERFLOW_STOP, OVERFLOW_TAIL } from '../records.js'
import type { NativeCollector, Pipes } from '../streams/index.js'
import { leftover } from '../streams/spent.js'
import type { Collector, Limit } from './collector.js'
import { collectStream } from './stream.js'

export type { Collector, Limit } from './collector.js'

/**
 * Reads until the end of file, the limit of kind 'kill', or stop(). The pipe must not have been taken, nor its stream
 * used.
 */
export function collect(pipes: Pipes, fd: number, limit: Limit): Collector {
  const collector = new WithoutStream(limit)
  if (pipes.collect(fd, (child) => collector.begin(child, fd))) return collector
  return collectStream(pipes.get(fd) as Readable | null, limit)
}

const OVERFLOW = { kill: OVERFLOW_STOP, head: OVERFLOW_HEAD, tail: OVERFLOW_TAIL }

/** Collects on the native side, and continues with a stream as soon as somebody asks for the stream. */
class WithoutStream implements Collector, NativeCollector {
  readonly done: Promise<void>
  #resolve = (): void => {}
  readonly #limit: Limit
  #native!: Collecting
  #stream: Collector | null = null
  #isOver = false

  constructor(limit: Limit) {
    this.#limit = limit
    this.done = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Returns null if there is no pipe, or if it has to be read with a stream. */
  begin(child: NativeChild, fd: number): this | null {
    const { bytes, overflow } = this.#limit
    const native = collectNatively(child, fd, bytes, OVERFLOW[overflow], () => this.#allIsThere())
    if (native === null) return null
    this.#native = native
    return this
  }

  #allIsThere(): void {
    // This order makes the child die of the signal that it is sent, and not of SIGPIPE.
    if (this.#exceeds()) this.#limit.exceeded()
    this.stop()
  }

  release(open: (fd: number) => Readable): Readable {
    const { collector, cancel } = this.#native
    // The collection has ended, or is about to end because the limit has been exceeded.
    if (this.#isOver || this.#exceeds()) return leftover(new Uint8Array())
    cancel()
    const opened = collector.release(open) as Readable | null
    const collected = collector.take()
    if (opened !== null && collected.length > 0) opened.unshift(collected)
    const stream = opened ?? leftover(collected)
    this.#stream = collectStream(stream, this.#limit)
    void this.#stream.done.then(this.#resolve)
    return stream
  }

  #exceeds(): boolean {
    return this.#limit.overflow === 'kill' && this.truncated()
  }

  ended(): boolean {
    return this.#stream?.ended() ?? this.#native.collector.ended
  }

  truncated(): boolean {
    return this.#native.collector.truncated || this.#stream?.truncated() === true
  }

  stop(): void {
    const { collector, cancel } = this.#native
    if (this.#stream) this.#stream.stop()
    else collector.stop()
    cancel()
    this.#isOver = true
    this.#resolve()
  }

  bytes(): Buffer {
    return this.#stream?.bytes() ?? this.#native.collector.take()
  }
}
