// output(): waits, and collects what the child writes. Bounded in memory by maxBuffer, and in time by drainTimeout.
import type { Readable, Writable } from 'node:stream'
import { isUint8Array } from 'node:util/types'
import { setAlarm } from './alarm.js'
import { invalidArgType, invalidArgValue, invalidState, maxBufferExceeded } from './errors.js'
import type { Handle } from './handle.js'
import { ownOptions } from './own.js'
import type { Unchecked } from './own.js'
import type { Output, OutputOptions } from './types.js'
import { nonNegative } from './validate.js'
import { wait } from './wait.js'

const MAX_BUFFER = 64 * 1024 * 1024
const DRAIN_TIMEOUT = 1000

interface Settings {
  readonly encoding: BufferEncoding | 'buffer'
  readonly maxBuffer: number
  readonly drainTimeout: number
  readonly input: string | Uint8Array | undefined
}

export async function output(handle: Handle, options: unknown): Promise<Output<string | Buffer>> {
  const { encoding, maxBuffer, drainTimeout, input } = settingsOf(options)
  const [stdout, stderr] = claim(handle, input)
  let tooMuch: 'stdout' | 'stderr' | null = null
  const overflow = (name: 'stdout' | 'stderr') => (): void => {
    tooMuch ??= name
    handle.sendQuietly(handle.killSignal)
  }
  const out = collect(stdout, maxBuffer, overflow('stdout'))
  const err = collect(stderr, maxBuffer, overflow('stderr'))
  const stop = (): void => [out, err].forEach((each) => each.stop())
  try {
    feed(handle, input)
    const status = await wait(handle, undefined)
    await settled(Promise.all([out.done, err.done]), drainTimeout)
    const drained = out.ended() && err.ended()
    stop()
    const read = (each: Collector): string | Buffer =>
      encoding === 'buffer' ? each.bytes() : each.bytes().toString(encoding)
    const all = { status, stdout: read(out), stderr: read(err) }
    if (tooMuch !== null) throw maxBufferExceeded(tooMuch, all)
    return { ...all, drained }
  } finally {
    stop()
  }
}

function settingsOf(options: unknown): Settings {
  const given: Unchecked<OutputOptions> = ownOptions('options', options)
  const { encoding = 'utf8', maxBuffer = MAX_BUFFER, drainTimeout = DRAIN_TIMEOUT, input } = given
  if (typeof encoding !== 'string') throw invalidArgType('options.encoding', 'of type string', encoding)
  if (encoding !== 'buffer' && !Buffer.isEncoding(encoding))
    throw invalidArgValue('options.encoding', "must be an encoding or 'buffer'", encoding)
  if (input !== undefined && typeof input !== 'string' && !isUint8Array(input)) {
    throw invalidArgType('options.input', 'of type string or an instance of Uint8Array', input)
  }
  return {
    encoding,
    maxBuffer: nonNegative('options.maxBuffer', maxBuffer),
    drainTimeout: nonNegative('options.drainTimeout', drainTimeout),
    input,
  }
}

/** stdout and stderr, if all that the child writes on them can still be had; null for one that is no pipe. */
function claim(handle: Handle, input: unknown): [Readable | null, Readable | null] {
  const { pipes } = handle
  if (handle.outputTaken) throw invalidState('output() was called before')
  if (pipes.wasTaken(1) || pipes.wasTaken(2)) throw invalidState('stdout or stderr was taken before output()')
  if (input !== undefined && pipes.get(0) === null)
    throw invalidState('options.input needs a stdin that is a pipe and was not taken')
  const streams = [pipes.get(1), pipes.get(2)] as [Readable | null, Readable | null]
  if (streams.some((stream) => stream !== null && isUsed(stream)))
    throw invalidState('stdout or stderr was read before output()')
  handle.outputTaken = true
  return streams
}

/** One that has ended without a byte is still complete. */
function isUsed(stream: Readable): boolean {
  return stream.readableDidRead || stream.readableEncoding !== null || (stream.destroyed && !stream.readableEnded)
}

/**
 * Gives the child its input; or, as wait_with_output() of Rust does, an end of file where nobody means to write: else
 * `cat` would never end.
 */
function feed({ pipes }: Handle, input: string | Uint8Array | undefined): void {
  // Later in this turn is early enough for `const all = child.output(); child.stdin.end(..)`.
  if (input === undefined) setImmediate(() => pipes.closeUnusedStdin())
  else (pipes.get(0) as Writable).end(input)
}

interface Collector {
  /** Resolves when there is nothing more to come. */
  readonly done: Promise<void>
  /** Whether the end of file was read. */
  ended(): boolean
  /** Reads no further, and closes the pipe. */
  stop(): void
  bytes(): Buffer
}

/** Reads until the end of file, `limit` bytes (then it calls `tooMuch`), or stop(). */
function collect(stream: Readable | null, limit: number, tooMuch: () => void): Collector {
  const chunks: Buffer[] = []
  let room = limit
  let ended = stream === null || stream.readableEnded
  const onData = (chunk: Buffer): void => {
    if (chunk.length <= room) chunks.push(chunk)
    else if (room > 0) chunks.push(chunk.subarray(0, room))
    room -= chunk.length
    if (room >= 0) return
    // In this order: the child dies of the signal that it is sent, and not of a closed pipe.
    tooMuch()
    stop()
  }
  const stop = (): void => {
    stream?.off('data', onData).destroy()
  }
  const done = new Promise<void>((resolve) => {
    if (stream === null || ended) return resolve()
    // An error of the pipe is the end of what can be read: 'close' follows, and `drained` tells.
    stream
      .on('data', onData)
      .on('error', () => {})
      .once('close', resolve)
    stream.once('end', () => {
      ended = true
      resolve()
    })
    stream.resume()
  })
  return { done, stop, ended: () => ended, bytes: () => Buffer.concat(chunks) }
}

/** When `work` is done or `ms` are over, but not before the loop has once more read what was there already. */
async function settled(work: Promise<unknown>, ms: number): Promise<void> {
  let cancel = (): void => {}
  const alarm = new Promise<void>((resolve) => {
    cancel = setAlarm(ms, () => setImmediate(resolve), { keepsLoopAlive: true })
  })
  await Promise.race([work, alarm])
  cancel()
}
