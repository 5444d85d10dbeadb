// output() waits, and collects what the child writes. maxBuffer limits its memory, and drainTimeout its time.
import { Buffer } from 'node:buffer'
import type { Writable } from 'node:stream'
import { collect } from './collect/index.js'
import type { Collector, Limit } from './collect/index.js'
import { CommandError } from './command-error.js'
import { invalidArgType, invalidArgValue, invalidState, maxBufferExceeded, stringTooLong } from './errors.js'
import { setAlarm } from './events.js'
import type { Handle } from './handle.js'
import { inputOf, write } from './input.js'
import type { Input } from './input.js'
import { optionsOfCall } from './near-misses.js'
import type { Unchecked } from './own.js'
import { afterAnotherPoll, soon } from './soon.js'
import { requireUnread, reserve } from './streams/reader.js'
import type { ExitStatus, Output, OutputOptions } from './types.js'
import { boolean, nonNegative } from './validate.js'
import { wait } from './wait.js'

const NAMES = ['check', 'drainTimeout', 'encoding', 'input', 'maxBuffer', 'overflow']
const MAX_BUFFER = 64 * 1024 * 1024
const DRAIN_TIMEOUT = 1000
/** Code that has ended a child does not want to wait for its grandchildren. */
const DRAIN_TIMEOUT_ENDED = 50

interface Collected<T> {
  readonly status: ExitStatus
  readonly stdout: T
  readonly stderr: T
}

/** The option that says what output() resolves with. */
export interface Encoding {
  encoding?: BufferEncoding | 'buffer'
}

/** The validated options of output(). */
export interface Settings {
  readonly check: boolean
  readonly encoding: BufferEncoding | 'buffer'
  readonly maxBuffer: number
  /** If undefined, it depends on how the child ended. */
  readonly drainTimeout: number | undefined
  readonly input: Input | null
  readonly overflow: Limit['overflow']
}

export async function output(handle: Handle, options: unknown): Promise<Output<string | Buffer>> {
  return collectAll(handle, settingsOf(handle, options))
}

export async function collectAll(handle: Handle, settings: Settings): Promise<Output<string | Buffer>> {
  const { check, encoding, maxBuffer, overflow, drainTimeout, input } = settings
  claim(handle, input)
  let tooMuch: 'stdout' | 'stderr' | null = null
  const collector = (fd: number, name: 'stdout' | 'stderr'): Collector => {
    const exceeded = (): void => {
      tooMuch ??= name
      handle.endQuietly('maxBuffer')
    }
    return collect(handle.pipes, fd, { bytes: maxBuffer, overflow, exceeded })
  }
  const out = collector(1, 'stdout')
  const err = collector(2, 'stderr')
  const stop = (): void => [out, err].forEach((each) => each.stop())
  try {
    let failure: { readonly error: unknown } | null = null
    feed(handle, input).catch((error: unknown) => {
      failure = { error }
      handle.endQuietly('terminate')
    })
    const status = await wait(handle, undefined)
    const limit = drainTimeout ?? (status.cause === null ? DRAIN_TIMEOUT : DRAIN_TIMEOUT_ENDED)
    await settled(Promise.all([out.done, err.done]), limit)
    const drained = out.ended() && err.ended()
    stop()
    if (failure !== null) throw (failure as { readonly error: unknown }).error
    const bytes = { status, stdout: out.bytes(), stderr: err.bytes() }
    const text = encoding === 'buffer' ? bytes : decoded(bytes, encoding)
    if (tooMuch !== null) throw maxBufferExceeded(tooMuch, text ?? bytes)
    if (text === null) throw stringTooLong(bytes)
    if (check && !status.success) throw commandFailed(handle, text, bytes.stderr)
    return { ...text, drained, truncated: out.truncated() || err.truncated() }
  } finally {
    stop()
  }
}

function commandFailed(
  { spawnfile, spawnargs, limits }: Handle,
  read: Collected<string | Buffer>,
  stderr: Buffer,
): Error {
  return new CommandError({ ...read, spawnfile, spawnargs }, limits, stderr)
}

/** Returns null if the text is too long for a string. */
function decoded(bytes: Collected<Buffer>, encoding: BufferEncoding): Collected<string> | null {
  try {
    return { ...bytes, stdout: bytes.stdout.toString(encoding), stderr: bytes.stderr.toString(encoding) }
  } catch {
    return null
  }
}

/** @throws if an option is invalid; the child's stdin is closed even then */
function settingsOf(handle: Handle, options: unknown): Settings {
  try {
    return validated(optionsOfCall('output()', NAMES, options))
  } catch (error) {
    void feed(handle, null)
    throw error
  }
}

/** @throws if an option is invalid */
export function validated(given: Unchecked<OutputOptions & Encoding>): Settings {
  const { check, encoding = 'utf8', maxBuffer = MAX_BUFFER, drainTimeout, input, overflow = 'kill' } = given
  if (typeof encoding !== 'string') throw invalidArgType('options.encoding', 'of type string', encoding)
  if (encoding !== 'buffer' && !Buffer.isEncoding(encoding))
    throw invalidArgValue('options.encoding', "must be an encoding or 'buffer'", encoding)
  if (overflow !== 'kill' && overflow !== 'head' && overflow !== 'tail')
    throw invalidArgValue('options.overflow', "must be 'kill', 'head' or 'tail'", overflow)
  return {
    check: boolean('options.check', check),
    encoding,
    maxBuffer: nonNegative('options.maxBuffer', maxBuffer),
    drainTimeout: drainTimeout === undefined ? undefined : nonNegative('options.drainTimeout', drainTimeout),
    input: input === undefined ? null : inputOf(input),
    overflow,
  }
}

/** @throws if output() cannot collect everything that the child writes to stdout and stderr */
function claim(handle: Handle, input: Input | null): void {
  const { pipes } = handle
  if (handle.outputTaken) throw invalidState('output() was called before')
  requireUnread(pipes, 1, 'output()')
  requireUnread(pipes, 2, 'output()')
  if (input !== null && pipes.get(0) === null)
    throw invalidState('options.input needs a stdin that is a pipe and was not taken')
  handle.outputTaken = true
  reserve(pipes, 1, 'output()')
  reserve(pipes, 2, 'output()')
}

/**
 * Gives the child its input. Without one, it closes a stdin that nobody is going to write to, as wait_with_output() of
 * Rust does: otherwise `cat` would never end.
 */
function feed(handle: Handle, input: Input | null): Promise<void> {
  const { pipes } = handle
  if (input !== null) return write(input, pipes.get(0) as Writable, handle)
  // Not at once, so that `const all = child.output(); child.stdin.end(..)` works.
  soon(() => pipes.closeUnusedStdin())
  return Promise.resolve()
}

/**
 * Resolves when `work` is done or `ms` milliseconds have passed, but not before the event loop has polled once more and
 * has read what was already there.
 */
async function settled(work: Promise<unknown>, ms: number): Promise<void> {
  let cancel = (): void => {}
  const alarm = new Promise<void>((resolve) => {
    // The alarm may ring in the same turn in which the reading began; the loop polls the pipes only in the next one.
    cancel = setAlarm(ms, () => afterAnotherPoll(resolve))
  })
  await Promise.race([work, alarm])
  cancel()
}
