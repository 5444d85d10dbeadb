// exec() and execFile() spawn a child, and collect its output for a callback.
import { Buffer } from 'node:buffer'
import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { clearTimeout, setTimeout } from 'node:timers'
import { getSystemErrorName, promisify } from 'node:util'
import { stdioMaxBuffer } from '../errors.js'
import { given } from '../validate.js'
import { bare, callbackOf, killSignalOf, maxBufferOf, object, optional, text, timeoutOf } from './check.js'
import { endingOf, killer, spawn } from './spawn.js'

type Callback = (error: Error | null, stdout: string | Buffer, stderr: string | Buffer) => void

const MEBIBYTE = 1024 * 1024

/** Sorts the arguments after the file: (args?, options?, callback?), each of which may be left out. */
export function sort(rest: readonly unknown[]): { args: unknown; options: unknown; callback: Callback | null } {
  const [first, second, third] = rest
  const hasArgs = Array.isArray(first) || (typeof first !== 'object' && typeof first !== 'function') || first === null
  const [args, options, callback] = hasArgs ? [first, second, third] : [[], first, second]
  if (typeof options === 'function') return { args, options, callback: options as Callback }
  return { args, options: given(options) ? object(options) : {}, callback: callbackOf(callback) as Callback | null }
}

export function execFile(file: unknown, ...rest: unknown[]): ChildProcess {
  const { args: list, options: passed, callback } = sort(rest)
  const options = bare(passed)
  const args = (list ?? []) as unknown[]
  optional('string', options['argv0'])
  const timeout = timeoutOf(options['timeout'])
  const max = 'maxBuffer' in options ? maxBufferOf(options['maxBuffer']) : MEBIBYTE
  const killSignal = killSignalOf(options['killSignal'])
  const grace = endingOf(options)
  const { cwd, env, gid, shell, signal, uid, group, killOnParentExit, killGrace } = options
  const child = spawn(file, args, {
    cwd: cwd ?? null,
    env: env ?? null,
    gid,
    shell: shell ?? false,
    signal,
    uid,
    group,
    killOnParentExit,
    killGrace,
    killSignal,
    windowsHide: Boolean(options['windowsHide']),
    windowsVerbatimArguments: Boolean(options['windowsVerbatimArguments']),
  })
  const encoding = 'encoding' in options ? (options['encoding'] as string) : 'utf8'
  const run = new Run(child, callback, [file, ...args].join(' '), encoding, max)
  run.end = killer(child, killSignal, grace)
  if (timeout > 0) run.timer = setTimeout(() => run.kill('timeout'), timeout)
  return child
}

/** A child whose output is collected, and its callback. */
class Run {
  end: ReturnType<typeof killer> = () => false
  timer: NodeJS.Timeout | null = null
  readonly #child: ChildProcess
  readonly #callback: Callback | null
  readonly #command: string
  readonly #output: Output[]
  #killed = false
  #done = false
  #error: Error | null = null

  constructor(child: ChildProcess, callback: Callback | null, command: string, encoding: string, max: number) {
    this.#child = child
    this.#callback = callback
    this.#command = command
    const name = encoding !== 'buffer' && Buffer.isEncoding(encoding) ? encoding : null
    const streams: [string, Readable | null | undefined][] = [
      ['stdout', child.stdout],
      ['stderr', child.stderr],
    ]
    this.#output = streams.map(([which, stream]) => {
      const over = (): void => {
        this.#error = stdioMaxBuffer(which)
        this.kill('maxBuffer')
      }
      return new Output(stream ?? null, name, max, over)
    })
    child.on('close', (code, signal) => this.#finish(code, signal))
    child.on('error', (error) => {
      this.#error = error
      this.#destroy()
      this.#finish(null, null)
    })
  }

  kill(cause: 'timeout' | 'maxBuffer'): void {
    this.#destroy()
    this.#killed = true
    try {
      this.end(cause)
    } catch (error) {
      this.#error = error as Error
      this.#finish(null, null)
    }
  }

  #destroy(): void {
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
  }

  #finish(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#done) return
    this.#done = true
    if (this.timer !== null) clearTimeout(this.timer)
    if (this.#callback === null) return
    const [stdout, stderr] = this.#output.map((output) => output.whole()) as [string | Buffer, string | Buffer]
    if (this.#error === null && code === 0 && signal === null) {
      this.#callback(null, stdout, stderr)
      return
    }
    const error = this.#error ?? this.#failed(code, signal, stderr)
    Object.assign(error, { cmd: this.#command })
    this.#callback(error, stdout, stderr)
  }

  #failed(code: number | null, signal: NodeJS.Signals | null, stderr: string | Buffer): Error {
    const name = code !== null && code < 0 ? getSystemErrorName(code) : code
    const killed = this.#child.killed || this.#killed
    return Object.assign(new Error(`Command failed: ${this.#command}\n${stderr.toString()}`), {
      code: name,
      killed,
      signal,
    })
  }
}

class Output {
  readonly #stream: Readable | null
  readonly #chunks: (string | Buffer)[] = []
  readonly #isText: boolean
  #length = 0

  constructor(stream: Readable | null, encoding: string | null, max: number, over: () => void) {
    this.#stream = stream
    this.#isText = encoding !== null
    if (stream === null) return
    if (encoding !== null) stream.setEncoding(encoding as BufferEncoding)
    stream.on('data', (chunk: string | Buffer) => {
      const now = stream.readableEncoding
      const length = typeof chunk === 'string' ? Buffer.byteLength(chunk, now ?? 'utf8') : chunk.length
      const room = max - this.#length
      this.#length += length
      if (length <= room) {
        this.#chunks.push(chunk)
        return
      }
      this.#chunks.push(chunk.slice(0, room))
      over()
    })
  }

  whole(): string | Buffer {
    if (this.#isText || this.#stream?.readableEncoding) return this.#chunks.join('')
    return Buffer.concat(this.#chunks as Buffer[])
  }
}

/** Runs a command line in a shell, as the `file` of execFile(). */
export function exec(command: unknown, ...rest: unknown[]): ChildProcess {
  const line = text(command)
  const [first, second] = typeof rest[0] === 'function' ? [undefined, rest[0]] : rest
  const options = bare(first)
  const { shell } = options
  return execFile(line, { ...options, shell: typeof shell === 'string' ? shell : true }, second)
}

type Function = (...args: unknown[]) => unknown

/** With util.promisify(), the promise has a `child`, and its error has the output, as in child_process. */
export function promisable(execute: Function): Function {
  const promised = (...args: unknown[]): Promise<unknown> => {
    const settle = {} as { resolve: (value: unknown) => void; reject: (error: Error) => void }
    const promise = new Promise((resolve, reject) => Object.assign(settle, { resolve, reject }))
    // Not in the promise's executor, because errors in the arguments have to be thrown.
    const child = execute(...args, (error: Error | null, stdout: unknown, stderr: unknown) => {
      if (error === null) settle.resolve({ stdout, stderr })
      else settle.reject(Object.assign(error, { stdout, stderr }))
    })
    return Object.assign(promise, { child })
  }
  Object.defineProperty(promised, 'name', { value: execute.name })
  return Object.defineProperty(execute, promisify.custom, { value: promised, enumerable: false })
}
