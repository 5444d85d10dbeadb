// Stops this process from reading a stream while children have it, whatever was asked of the stream before.
import type { Readable } from 'node:stream'
import { setBlocking } from '../native.js'

/** The internals of a stream that are used here; any of them may be missing. */
export interface StreamParts extends Partial<Pick<Readable, 'listenerCount' | 'pause' | 'read' | 'resume'>> {
  readableFlowing?: boolean | null
  readonly destroyed?: boolean
  readonly _handle?: { readonly fd?: unknown; reading?: boolean; readStop?(): unknown } | null
  readonly _readableState?: { reading?: boolean } | null
  _read?(...args: unknown[]): unknown
  _write?(...args: unknown[]): unknown
  _writev?(...args: unknown[]): unknown
}

const METHODS = ['_read', '_write', '_writev'] as const
type Method = (typeof METHODS)[number]

const holds = new WeakMap<object, Hold>()

export class Hold {
  readonly #stream: StreamParts
  /** How many children have the stream, or are about to get it. */
  #children = 0
  /** Whether somebody has asked for data meanwhile. */
  #asked = false
  #wasFlowing = false
  /** The methods that the object itself had before it was gated; null while it is not. */
  #hidden: Map<Method, PropertyDescriptor | undefined> | null = null
  /** Whether its open file was in blocking mode before. */
  #wasBlocking = true

  private constructor(stream: StreamParts) {
    this.#stream = stream
  }

  static on(stream: StreamParts): Hold {
    let hold = holds.get(stream)
    if (hold === undefined) holds.set(stream, (hold = new Hold(stream)))
    hold.#add()
    return hold
  }

  /** Restores the stream, because the child was not started. */
  undo(): void {
    if (--this.#children > 0) return
    this.#ungate()
    if (this.#wasFlowing) this.#stream.resume?.()
    else this.#goOn()
  }

  /**
   * Releases the stream after a child has exited. The open file stays as it is until this process reads it again,
   * because processes that the child has started may still have it.
   */
  release(): void {
    if (--this.#children === 0) this.#goOn()
  }

  #add(): void {
    if (this.#children++ > 0) return
    const stream = this.#stream
    this.#asked = false
    this.#gate()
    this.#wasFlowing = stream.readableFlowing === true
    if (this.#wasFlowing) stream.pause?.()
    this.#stopReading()
  }

  /** Stops a read in progress, in the same way as child_process does. */
  #stopReading(): void {
    const { _handle, _readableState } = this.#stream
    if (_handle) {
      _handle.reading = false
      _handle.readStop?.()
    }
    if (_readableState) _readableState.reading = false
  }

  /**
   * Hides the methods with which the stream's class reads and writes. It is not enough to pause the stream: a resume()
   * before the call, or a listener for 'readable', may already have scheduled a read.
   */
  #gate(): void {
    if (this.#hidden !== null) return
    const stream = this.#stream
    this.#hidden = new Map()
    for (const name of METHODS) {
      if (typeof stream[name] !== 'function') continue
      this.#hidden.set(name, Object.getOwnPropertyDescriptor(stream, name))
      const value = (...args: unknown[]): unknown => this.#pass(name, args)
      Object.defineProperty(stream, name, { value, configurable: true, writable: true })
    }
    const fd = this.#handlesFd()
    this.#wasBlocking = fd === null || setBlocking(fd, true)
  }

  /** Not for stdin, stdout and stderr, whose mode is the native side's task: children that inherited them share it. */
  #handlesFd(): number | null {
    const fd = this.#stream._handle?.fd
    return typeof fd === 'number' && fd > 2 ? fd : null
  }

  #pass(name: Method, args: unknown[]): unknown {
    const stream = this.#stream
    if (this.#children === 0) {
      this.#ungate()
      return stream[name]?.(...args)
    }
    // The owner of the stream may go on writing to it.
    if (name !== '_read') {
      const own = this.#hidden?.get(name)?.value as StreamParts['_write']
      return (own ?? (Object.getPrototypeOf(stream) as StreamParts)[name])?.apply(stream, args)
    }
    this.#asked = true
    this.#stopReading()
    return undefined
  }

  #ungate(): void {
    if (this.#hidden === null) return
    const stream = this.#stream
    for (const [name, own] of this.#hidden) {
      if (own === undefined) delete stream[name]
      else Object.defineProperty(stream, name, own)
    }
    this.#hidden = null
    // Otherwise a read of ours could block, and the event loop with it.
    const fd = this.#handlesFd()
    if (fd !== null && !this.#wasBlocking) setBlocking(fd, false)
  }

  /** Starts the read that somebody asked for meanwhile: with resume(), a loop or another listener for 'readable'. */
  #goOn(): void {
    const stream = this.#stream
    const waits = stream.readableFlowing || (stream.listenerCount?.('readable') ?? 0) > 0
    if (this.#asked && waits && !stream.destroyed) stream.read?.(0)
  }
}
