// options.input: writes whatever yields text or bytes to the child's stdin.
import type { Writable } from 'node:stream'
import { isAnyArrayBuffer, isArrayBufferView } from 'node:util/types'
import { invalidArgType } from './errors.js'
import { isObject, memberOf } from './own.js'

/** A piece that can be written as it is. */
type Chunk = string | Uint8Array

/** Yields pieces one after the other. */
interface Source {
  next(): unknown
  /** Gives up the rest, without waiting for a piece that is still to come. */
  leave(): void
}

export interface Input {
  readonly whole: Chunk | null
  /** Opens the source, when there is a child to write to. Either this or `whole` is null. */
  readonly open: (() => Source) | null
}

const WHAT =
  'of type string or an instance of ArrayBuffer, Buffer, TypedArray, DataView, Blob, Readable, ReadableStream, Iterable or AsyncIterable'

/** @throws if the value is none of the allowed types */
export function inputOf(value: unknown): Input {
  const whole = chunkOf(value)
  if (whole !== null) return { whole, open: null }
  if (!isObjectOrList(value)) throw invalidArgType('options.input', WHAT, value)
  const open = sourceOf(value)
  if (open === null) throw invalidArgType('options.input', WHAT, value)
  return { whole: null, open }
}

function isObjectOrList(value: unknown): value is object {
  return isObject(value) || Array.isArray(value)
}

function chunkOf(value: unknown): Chunk | null {
  if (typeof value === 'string') return value
  if (isArrayBufferView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return isAnyArrayBuffer(value) ? new Uint8Array(value) : null
}

/** Recognizes a source by its members and not by its class, as there is one class per realm (jest, vm contexts). */
function sourceOf(value: object): (() => Source) | null {
  const has = (name: string | symbol): boolean => typeof memberOf(value, name) === 'function'
  if (has('getReader')) return () => webSource(value as ReadableStream)
  if (has('arrayBuffer') && has('stream')) return () => webSource((value as Blob).stream())
  const destroy = has('destroy') && has('on') ? () => (value as { destroy(): void }).destroy() : null
  if (has(Symbol.asyncIterator))
    return () => iteratorSource((value as AsyncIterable<unknown>)[Symbol.asyncIterator](), destroy)
  if (has(Symbol.iterator)) return () => iteratorSource((value as Iterable<unknown>)[Symbol.iterator](), destroy)
  return null
}

/** Uses a reader, because a reader can be cancelled while a piece is awaited. */
function webSource(stream: { getReader(): unknown }): Source {
  const reader = stream.getReader() as { read(): unknown; cancel(): Promise<void> }
  return { next: () => reader.read(), leave: () => void reader.cancel().catch(() => {}) }
}

/** Gives up a stream of Node by destroying it, because its iterator would wait for the next piece. */
function iteratorSource(iterator: AsyncIterator<unknown> | Iterator<unknown>, destroy: (() => void) | null): Source {
  const leave = async (): Promise<void> => {
    if (destroy === null) await iterator.return?.()
    else destroy()
  }
  return { next: () => iterator.next(), leave: () => void leave().catch(() => {}) }
}

/** Tells when the child has exited. */
interface Child {
  onExit(wake: () => void): void
}

/**
 * Writes all of the input, no faster than the child reads, and ends stdin. Resolves then, or when nobody reads any
 * more: it is not an error if the child does not read all of it.
 *
 * Rejects if the input itself fails, with that error.
 */
export function write({ whole, open }: Input, stdin: Writable, child: Child): Promise<void> {
  if (open !== null) return pump(open, stdin, child)
  stdin.end(whole)
  return Promise.resolve()
}

function pump(open: () => Source, stdin: Writable, child: Child): Promise<void> {
  return new Promise((resolve, reject) => {
    let source: Source | null = null
    let isOver = false
    let left = false
    const leave = (): void => {
      if (isOver) return
      isOver = left = true
      source?.leave()
      wake()
      resolve()
    }
    let wake = (): void => {}
    const drained = (): Promise<void> => new Promise((go) => (wake = go))
    stdin.once('close', leave).on('drain', () => wake())
    // At the exit, 'close' comes later, perhaps after output() has resolved.
    child.onExit(leave)
    const nobodyReads = (): boolean => left || stdin.destroyed
    const run = async (): Promise<void> => {
      source = open()
      while (!nobodyReads()) {
        const { done, value } = (await source.next()) as IteratorResult<unknown>
        if (left) return
        if (done === true) break
        // A synchronous iterable may yield promises, which are awaited, as `for await` does.
        const piece = await value
        const chunk = chunkOf(piece)
        if (chunk === null) throw invalidArgType('chunk of options.input', WHAT.split(', Blob')[0]!, piece)
        if (chunk.length > 0 && !nobodyReads() && !stdin.write(chunk) && !stdin.destroyed) await drained()
      }
      isOver = true
      if (stdin.destroyed) source.leave()
      else stdin.end()
      resolve()
    }
    run().catch((error: Error) => {
      if (left) return
      isOver = true
      source?.leave()
      reject(error)
    })
  })
}
