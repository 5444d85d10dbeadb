// spawnSync(), execFileSync() and execSync().
import { Buffer } from 'node:buffer'
import { constants } from 'node:os'
import { stderr as processStderr } from 'node:process'
import { inspect } from 'node:util'
import { coded, invalidArgType, invalidArgValue, systemError } from '../errors.js'
import { runPaired } from '../events.js'
import { signalName } from '../native.js'
import { given } from '../validate.js'
import { bare, killSignalOf, maxBufferOf, object, text, timeoutOf } from './check.js'
import type { Options } from './check.js'
import { normalize } from './normal.js'
import type { Normal } from './normal.js'
import { nodes, reason } from './original.js'
import { hasNoSuchId, requestOf } from './process.js'
import type { Entry } from './process.js'
import { endingOf, refuseOwn } from './spawn.js'

interface Result {
  pid: number
  output: (string | Buffer | null)[] | null
  stdout: string | Buffer | null | undefined
  stderr: string | Buffer | null | undefined
  status: number | null
  signal: string | null
  error?: Error
}

const MEBIBYTE = 1024 * 1024

export function spawnSync(file: unknown, second?: unknown, third?: unknown): Result {
  if (reason !== null) {
    refuseOwn(second, third)
    return Reflect.apply(nodes.spawnSync, undefined, [file, second, third]) as Result
  }
  const options = normalize(file, second, third, false)
  const timeout = timeoutOf(options['timeout']) || Infinity
  // 0 is no limit, as in child_process.
  const max = maxBufferOf('maxBuffer' in options ? options['maxBuffer'] : MEBIBYTE) || Infinity
  const signal = killSignalOf(options['killSignal']) ?? 15
  const grace = endingOf(options) ?? Infinity
  const stdio = stdioOf(options['stdio'] || 'pipe')
  const input = stdio[0]?.type === 'pipe' ? inputOf(options) : (inputOf(options), null)
  if (hasNoSuchId(options)) return failed(options, -constants.errno.EINVAL)
  const answer = runPaired(requestOf(options, stdio), input, timeout, max, signal, grace)
  const { encoding } = options
  const decode = (bytes: Buffer): string | Buffer =>
    encoding && encoding !== 'buffer' ? bytes.toString(encoding as BufferEncoding) : bytes
  const started = answer.pid !== 0
  const output = started ? stdio.map((_, i) => (answer.output[i] ? decode(answer.output[i]) : null)) : null
  const result: Result = {
    pid: answer.pid,
    output,
    stdout: output?.[1],
    stderr: output?.[2],
    status: answer.code,
    signal: answer.signal === null ? null : signalName(answer.signal),
  }
  if (answer.errno !== 0) result.error = errorOf(options, answer.errno)
  return result
}

function errorOf({ file, args }: Normal, errno: number): Error {
  return Object.assign(systemError(errno, `spawnSync ${file}`), { path: file, spawnargs: args.slice(1) })
}

/** As for a program that could not be started. */
function failed(options: Normal, errno: number): Result {
  const error = errorOf(options, errno)
  return { pid: 0, output: null, stdout: undefined, stderr: undefined, status: null, signal: null, error }
}

function inputOf({ input, encoding }: Options): Uint8Array | null {
  if (!given(input) || input === '') return null
  if (typeof input === 'string')
    return Buffer.from(input, encoding && encoding !== 'buffer' ? (encoding as BufferEncoding) : 'utf8')
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
  throw invalidArgType('options.stdio[0]', 'of type string or an instance of Buffer, TypedArray, or DataView', input)
}

function stdioOf(stdio: unknown): Entry[] {
  const known = ['pipe', 'overlapped', 'ignore', 'inherit']
  if (!Array.isArray(stdio) && !known.includes(stdio as string)) throw invalidArgValue('stdio', 'is invalid', stdio)
  const list: unknown[] = Array.isArray(stdio) ? [...(stdio as unknown[])] : [stdio, stdio, stdio]
  while (list.length < 3) list.push(undefined)
  return list.map((entry, i): Entry => {
    const word = entry ?? (i < 3 ? 'pipe' : 'ignore')
    if (word === 'ignore') return { type: 'ignore' }
    if (word === 'pipe' || word === 'overlapped' || (typeof word === 'number' && word < 0)) return { type: 'pipe' }
    if (word === 'inherit') return { type: 'inherit', fd: i }
    if (word === 'ipc') throw coded(new Error('IPC cannot be used with synchronous forks'), 'ERR_IPC_SYNC_FORK')
    const { fd, _handle, handle } = word as { fd?: unknown; _handle?: Entry['handle']; handle?: Entry['handle'] }
    const number = typeof word === 'number' ? word : typeof fd === 'number' ? fd : (_handle ?? handle)?.fd
    if (typeof number !== 'number') throw invalidArgValue('stdio', 'is invalid', inspect(word))
    return { type: 'fd', fd: number }
  })
}

/** What the child has printed on its stdout; throws if it did not end with code 0. */
function checked(result: Result, options: Options, command: string): string | Buffer | null {
  if (!options['stdio'] && result.stderr?.length) processStderr.write(result.stderr)
  if (result.error !== undefined) throw Object.assign(result.error, result)
  if (result.status === 0) return result.stdout ?? null
  const printed = result.stderr?.length ? `\n${result.stderr.toString()}` : ''
  throw Object.assign(new Error(`Command failed: ${command}${printed}`), result)
}

export function execFileSync(file: unknown, second?: unknown, third?: unknown): string | Buffer | null {
  const hasList = Array.isArray(second) || !given(second)
  if (reason !== null) {
    refuseOwn(second, third)
    return Reflect.apply(nodes.execFileSync, undefined, [file, second, third]) as Buffer
  }
  if (!hasList && typeof second !== 'object') throw invalidArgType('args', 'of type object', second)
  const last = hasList ? third : second
  const options = bare(given(last) ? object('options', last) : {})
  const args = hasList ? ((second as unknown[] | undefined) ?? []) : []
  const result = spawnSync(file, args, options)
  return checked(result, options, [options['argv0'] ?? file, ...args].join(' '))
}

export function execSync(command: unknown, passed?: unknown): string | Buffer | null {
  if (reason !== null) {
    refuseOwn(passed)
    return Reflect.apply(nodes.execSync, undefined, [command, passed]) as Buffer
  }
  const line = text('command', command)
  const options = bare(passed)
  const shell = typeof options['shell'] === 'string' ? options['shell'] : true
  return checked(spawnSync(line, { ...options, shell }), options, line)
}
