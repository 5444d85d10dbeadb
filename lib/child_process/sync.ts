// spawnSync(), execFileSync() and execSync().
import { Buffer } from 'node:buffer'
import { stderr as processStderr, versions } from 'node:process'
import { invalidArgValue, systemError, UV_EINVAL, UV_ENOENT } from '../errors.js'
import { runPaired } from '../events.js'
import { signalName } from '../native.js'
import { bare, killSignalOf, maxBufferOf, must, object, optional, text, timeoutOf } from './check.js'
import type { Options } from './check.js'
import { sort } from './exec.js'
import { normalize } from './normal.js'
import type { Normal } from './normal.js'
import { isSpawnWrapped } from './original.js'
import { hasNoSuchId, requestOf } from './process.js'
import type { Entry } from './process.js'
import { endingOf } from './spawn.js'

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
  // A tool that follows children has replaced what is beneath Node's spawnSync(), too, so that one has to be used.
  must(!isSpawnWrapped())
  const options = normalize(file, second, third, false)
  const timeout = timeoutOf(options['timeout']) || Infinity
  // 0 means no limit, as in child_process.
  const max = maxBufferOf('maxBuffer' in options ? options['maxBuffer'] : MEBIBYTE) || Infinity
  const signal = killSignalOf(options['killSignal']) ?? 15
  const grace = endingOf(options) ?? Infinity
  const stdio = stdioOf(options['stdio'] || 'pipe')
  const input = stdio[0]?.type === 'pipe' ? inputOf(options) : (inputOf(options), null)
  if (hasNoSuchId(options)) return failed(options, UV_EINVAL)
  // A folder with an empty name does not exist; spawn() treats it as none at all.
  if (options.cwd === '') return failed(options, UV_ENOENT)
  const answer = runPaired(requestOf(options, stdio), input, timeout, max, signal, grace)
  const { encoding } = options
  const decode = (bytes: Buffer): string | Buffer =>
    encoding && encoding !== 'buffer' ? bytes.toString(encoding as BufferEncoding) : bytes
  if (answer.pid === 0) return failed(options, answer.errno)
  const output = stdio.map((_, i) => (answer.output[i] ? decode(answer.output[i]) : null))
  return {
    ...(answer.errno === 0 ? {} : { error: errorOf(options, answer.errno) }),
    status: answer.code,
    signal: answer.signal === null ? null : signalName(answer.signal),
    output,
    pid: answer.pid,
    stdout: output[1],
    stderr: output[2],
  }
}

function errorOf({ file, args }: Normal, errno: number): Error {
  return Object.assign(systemError(errno, `spawnSync ${file}`), { path: file, spawnargs: args.slice(1) })
}

/** The value of a stream if there is no child; it changed with Node 22. */
const NONE = Number.parseInt(versions.node) < 22 ? null : undefined

function failed(options: Normal, errno: number): Result {
  const error = errorOf(options, errno)
  return { error, status: null, signal: null, output: null, pid: 0, stdout: NONE, stderr: NONE }
}

function inputOf({ input, encoding }: Options): Uint8Array | null {
  if (!input) return null
  if (typeof input === 'string')
    return Buffer.from(input, encoding && encoding !== 'buffer' ? (encoding as BufferEncoding) : 'utf8')
  must(ArrayBuffer.isView(input))
  return new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
}

function stdioOf(stdio: unknown): Entry[] {
  const known = ['pipe', 'overlapped', 'ignore', 'inherit']
  must(Array.isArray(stdio) || known.includes(stdio as string))
  const list: unknown[] = Array.isArray(stdio) ? [...(stdio as unknown[])] : [stdio, stdio, stdio]
  while (list.length < 3) list.push(undefined)
  return list.map((entry, i): Entry => {
    const word = entry ?? (i < 3 ? 'pipe' : 'ignore')
    if (word === 'ignore') return { type: 'ignore' }
    if (word === 'pipe' || word === 'overlapped' || (typeof word === 'number' && word < 0)) return { type: 'pipe' }
    if (word === 'inherit') return { type: 'inherit', fd: i }
    must(word !== 'ipc')
    // Node leaves such an entry out, so that the child gets the following entries in the wrong places, or this process aborts.
    if (typeof word === 'string' || ArrayBuffer.isView(word)) throw invalidArgValue('stdio', 'is invalid', word)
    const { fd, _handle, handle } = word as { fd?: unknown; _handle?: Entry['handle']; handle?: Entry['handle'] }
    const number = typeof word === 'number' ? word : typeof fd === 'number' ? fd : (_handle ?? handle)?.fd
    must(typeof number === 'number')
    return { type: 'fd', fd: number }
  })
}

/** Returns what the child has printed to stdout; throws if it did not exit with code 0. */
function checked(result: Result, options: Options, command: string): string | Buffer | null {
  if (!options['stdio'] && result.stderr?.length) processStderr.write(result.stderr)
  if (result.error !== undefined) throw Object.assign(result.error, result)
  if (result.status === 0) return result.stdout ?? null
  const printed = result.stderr?.length ? `\n${result.stderr.toString()}` : ''
  throw Object.assign(new Error(`Command failed: ${command}${printed}`), result)
}

export function execFileSync(file: unknown, ...rest: unknown[]): string | Buffer | null {
  const { args, options: passed } = sort(rest.slice(0, 2))
  // A callback is not an options object.
  const options = bare(object(passed))
  optional('string', options['argv0'])
  const result = spawnSync(file, args, options)
  return checked(result, options, [options['argv0'] || file, ...((args ?? []) as unknown[])].join(' '))
}

export function execSync(command: unknown, passed?: unknown): string | Buffer | null {
  const line = text(command)
  const options = bare(passed)
  const shell = typeof options['shell'] === 'string' ? options['shell'] : true
  return checked(spawnSync(line, { ...options, shell }), options, line)
}
