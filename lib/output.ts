// output(): waits, and collects what the child writes. Bounded in memory by maxBuffer, and in time by drainTimeout.
import { Buffer } from 'node:buffer'
import type { Readable, Writable } from 'node:stream'
import { isUint8Array } from 'node:util/types'
import { invalidArgType, invalidArgValue, invalidState, maxBufferExceeded, stringTooLong } from './errors.js'
import { setAlarm } from './events.js'
import type { Handle } from './handle.js'
import { ownOptions } from './own.js'
import type { Unchecked } from './own.js'
import { soon } from './soon.js'
import type { ExitStatus, Output, OutputOptions } from './types.js'
import { nonNegative } from './validate.js'
import { wait } from './wait.js'

const MAX_BUFFER = 64 * 1024 * 1024
const DRAIN_TIMEOUT = 1000
/** Who has ended a child does not want to wait for its grandchildren. */
const DRAIN_TIMEOUT_ENDED = 50

const OUTPUTS = [
  [1, 'stdout'],
  [2, 'stderr'],
] as const

interface Collected<T> {
  readonly status: ExitStatus
  readonly stdout: T
  readonly stderr: T
}

interface Settings {
  readonly encoding: BufferEncoding | 'buffer'
  readonly maxBuffer: number
  /** Undefined: it depends on how the child ended. */
  readonly drainTimeout: number | undefined
  readonly input: string | Uint8Array | undefined
}

export async function output(handle: Handle, options: unknown): Promise<Output<string | Buffer>> {
  const { encoding, maxBuffer, drainTimeout, input } = settingsOf(handle, options)
  const [stdout, stderr] = claim(handle, input)
  let tooMuch: 'stdout' | 'stderr' | null = null
  const overflow = (name: 'stdout' | 'stderr') => (): void => {
    tooMuch ??= name
    handle.endQuietly('maxBuffer')
  }
  const out = collect(stdout, maxBuffer, overflow('stdout'))
  const err = collect(stderr, maxBuffer, overflow('stderr'))
  const stop = (): void => [out, err].forEach((each) => each.stop())
  try {
    feed(handle, input)
    const status = await wait(handle, undefined)
    const limit = drainTimeout ?? (status.cause === null ? DRAIN_TIMEOUT : DRAIN_TIMEOUT_ENDED)
    await settled(Promise.all([out.done, err.done]), limit)
    const drained = out.ended() && err.ended()
    stop()
    const bytes = { status, stdout: out.bytes(), stderr: err.bytes() }
    const text = encoding === 'buffer' ? bytes : decoded(bytes, encoding)
    if (tooMuch !== null) throw maxBufferExceeded(tooMuch, text ?? bytes)
    if (text === null) throw stringTooLong(bytes)
    return { ...text, drained }
  } finally {
    stop()
  }
}

/** Null: a string cannot be so long. */
function decoded(bytes: Collected<Buffer>, encoding: BufferEncoding): Collected<string> | null {
  try {
    return { ...bytes, stdout: bytes.stdout.toString(encoding), stderr: bytes.stderr.toString(encoding) }
  } catch {
    return null
  }
}

/** @throws what is wrong with them; the child gets its end of input all the same */
function settingsOf(handle: Handle, options: unknown): Settings {
  try {
    return validated(options)
  } catch (error) {
    feed(handle, undefined)
    throw error
  }
}

function validated(options: unknown): Settings {
  const given: Unchecked<OutputOptions> = ownOptions('options', options)
  const { encoding = 'utf8', maxBuffer = MAX_BUFFER, drainTimeout, input } = given
  if (typeof encoding !== 'string') throw invalidArgType('options.encoding', 'of type string', encoding)
  if (encoding !== 'buffer' && !Buffer.isEncoding(encoding))
    throw invalidArgValue('options.encoding', "must be an encoding or 'buffer'", encoding)
  if (input !== undefined && typeof input !== 'string' && !isUint8Array(input)) {
    throw invalidArgType('options.input', 'of type string or an instance of Uint8Array', input)
  }
  return {
    encoding,
    maxBuffer: nonNegative('options.maxBuffer', maxBuffer),
    drainTimeout: drainTimeout === undefined ? undefined : nonNegative('options.drainTimeout', drainTimeout),
    input,
  }
}

/** stdout and stderr, if all that the child writes on them can still be had; null for one that is no pipe. */
function claim(handle: Handle, input: unknown): [Readable | null, Readable | null] {
  const { pipes } = handle
  if (handle.outputTaken) throw invalidState('output() was called before')
  for (const [fd, name] of OUTPUTS) {
    if (!pipes.wasTaken(fd)) continue
    throw invalidState(`output() needs ${name}, which was taken before, by take*() or by another handle: read it there`)
  }
  if (input !== undefined && pipes.get(0) === null)
    throw invalidState('options.input needs a stdin that is a pipe and was not taken')
  const streams = [pipes.get(1), pipes.get(2)] as [Readable | null, Readable | null]
  for (const [fd, name] of OUTPUTS) {
    const stream = streams[fd - 1]
    if (!stream || !isUsed(stream)) continue
    throw invalidState(
      `output() reads ${name} from its beginning to its end, but it was read, listened to or destroyed before. ` +
        "Call output() first and leave the stream alone, or read all of it yourself and wait() for the child's exit",
    )
  }
  handle.outputTaken = true
  pipes.collected = true
  return streams
}

/**
 * Whether somebody has read it, or is about to: what is lost must not depend on who comes first. One that has ended
 * without a byte is still complete.
 */
function isUsed(stream: Readable): boolean {
  if (stream.readableDidRead || stream.readableEncoding !== null) return true
  if (stream.destroyed) return !stream.readableEnded
  return stream.readableFlowing === true || stream.listenerCount('data') + stream.listenerCount('readable') > 0
}

/**
 * Gives the child its input; or, as wait_with_output() of Rust does, an end of file where nobody means to write: else
 * `cat` would never end.
 */
function feed({ pipes }: Handle, input: string | Uint8Array | undefined): void {
  // Later in this turn is early enough for `const all = child.output(); child.stdin.end(..)`.
  if (input === undefined) soon(() => pipes.closeUnusedStdin())
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
    // The alarm may ring in the turn in which the reading began: the loop looks at the pipes in the next.
    cancel = setAlarm(ms, () => soon(() => soon(resolve)))
  })
  await Promise.race([work, alarm])
  cancel()
}
