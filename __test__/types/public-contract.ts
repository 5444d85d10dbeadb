// Compiled, never run: the public types as users write against them. A line that no longer compiles, or an expected error that no longer
// comes, breaks the build.
import type { Readable, Writable } from 'node:stream'
import { CommandError, run, SharedChild, spawn } from 'shared-child'
import type {
  ChildToken,
  ExitStatus,
  Output,
  OutputInput,
  OutputOptions,
  PipedChild,
  Signal,
  SignalName,
  SpawnOptions,
  Stdio,
} from 'shared-child'
import type { ExitStatus as NativeStatus, NativeChild } from 'shared-child/native'

/** Holds only for types that are each assignable to the other. */
type Same<A, B> = [A, B] extends [B, A] ? true : false
declare function same<A, B>(proof: Same<A, B>): void

// ---- the data types ----
interface ContractStatus {
  readonly code: number | null
  readonly signal: SignalName | null
  readonly cause: 'timeout' | 'abort' | 'maxBuffer' | 'dispose' | 'terminate' | 'kill' | null
  readonly success: boolean
  readonly coreDumped: boolean
  readonly resourceUsage: {
    readonly userCPUTime: number
    readonly systemCPUTime: number
    readonly maxRSS: number
  } | null
}
same<ExitStatus, ContractStatus>(true)
same<ChildToken, { readonly sharedChild: string }>(true)
same<
  Output<string>,
  {
    readonly status: ExitStatus
    readonly stdout: string
    readonly stderr: string
    readonly drained: boolean
    readonly truncated: boolean
  }
>(true)

/** What users pass in may always be passed in; more may be allowed. */
interface ContractOptions {
  cwd?: string | URL
  env?: Record<string, string | undefined>
  argv0?: string
  stdio?: ContractStdio | readonly ContractStdio[]
  shell?: boolean | string
  detached?: boolean
  uid?: number
  gid?: number
  groups?: readonly number[]
  signal?: AbortSignal
  timeout?: number
  killSignal?: NodeJS.Signals | number
  killGrace?: number
  group?: boolean | 'contain'
  killOnParentExit?: boolean
  serialization?: 'json' | 'advanced'
  windowsHide?: boolean
  windowsVerbatimArguments?: boolean
}
type ContractStdio =
  | 'pipe'
  | 'inherit'
  | 'ignore'
  | 'stdout'
  | 'ipc'
  | number
  | { readonly fd: number }
  | null
  | undefined
type ContractInput =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | Readable
  | ReadableStream<string | Uint8Array>
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
interface ContractOutputOptions {
  maxBuffer?: number
  overflow?: 'kill' | 'head' | 'tail'
  drainTimeout?: number
  input?: ContractInput
  check?: boolean
}
export const options = (given: ContractOptions): SpawnOptions => given
export const input = (given: ContractInput): OutputInput => given
export const outputOptions = (given: ContractOutputOptions): OutputOptions => given
export const withVariable = async (given: OutputOptions, spawned: SpawnOptions): Promise<Output<string>[]> => [
  await (await spawn('x', spawned)).output(given),
  await run('x', [], { ...spawned, ...given }),
]
export const stdio = (entry: ContractStdio): Stdio => entry
export const signals: Signal[] = ['SIGTERM', 9, 0] satisfies (NodeJS.Signals | number)[]

// ---- the class: functions as properties, so that parameters are compared strictly ----
interface ContractChild {
  readonly pid: number
  readonly spawnfile: string
  readonly spawnargs: readonly string[]
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  readonly stdio: readonly (Readable | Writable | null)[]
  readonly wait: (options?: { signal?: AbortSignal }) => Promise<ExitStatus>
  readonly waitTimeout: (ms: number, options?: { signal?: AbortSignal }) => Promise<ExitStatus | null>
  readonly waitDeadline: (at: Date | number, options?: { signal?: AbortSignal }) => Promise<ExitStatus | null>
  readonly waitSync: { (): ExitStatus; (ms: number): ExitStatus | null }
  readonly tryWait: () => Promise<ExitStatus | null>
  readonly tryWaitSync: () => ExitStatus | null
  readonly kill: (signal?: NodeJS.Signals | number) => Promise<boolean>
  readonly killSync: (signal?: NodeJS.Signals | number) => boolean
  readonly sendSignal: (signal: NodeJS.Signals | number) => Promise<boolean>
  readonly sendSignalSync: (signal: NodeJS.Signals | number) => boolean
  readonly takeStdin: () => Writable | null
  readonly takeStdout: () => Readable | null
  readonly takeStderr: () => Readable | null
  readonly containment: 'job' | 'cgroup' | 'group' | 'child'
  readonly terminate: (options?: { signal?: Signal; grace?: number; endStdin?: number }) => Promise<ExitStatus>
  readonly killGroup: (signal?: Signal) => Promise<boolean>
  readonly killGroupSync: (signal?: Signal) => boolean
  readonly waitGroup: (options?: { timeout?: number; signal?: AbortSignal }) => Promise<boolean>
  readonly send: (message: unknown) => Promise<void>
  readonly messages: () => AsyncIterableIterator<unknown>
  readonly disconnect: () => void
  readonly output: {
    (options?: ContractOutputOptions & { encoding?: BufferEncoding }): Promise<Output<string>>
    (options: ContractOutputOptions & { encoding: 'buffer' }): Promise<Output<Buffer>>
  }
  readonly lines: (options?: { from?: 'stdout' | 'stderr'; encoding?: BufferEncoding }) => AsyncIterableIterator<string>
  readonly share: () => ChildToken
  readonly ref: () => SharedChild
  readonly unref: () => SharedChild
  readonly [Symbol.asyncDispose]: () => Promise<void>
  readonly [Symbol.dispose]: () => void
}
/** What spawn() gives without `stdio`: a SharedChild that has the three streams, and nothing else. */
interface ContractPiped extends SharedChild {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
}
interface ContractStatics {
  readonly spawn: Start<Promise<SharedChild>>
  readonly spawnSync: Start<SharedChild>
  readonly attach: (token: ChildToken) => SharedChild
}
interface Start<Result> {
  (file: string | URL, args?: readonly string[], options?: ContractOptions): Result
  (file: string | URL, options?: ContractOptions): Result
}
export const instance: ContractChild = null as unknown as SharedChild
export const statics: ContractStatics = SharedChild
same<typeof spawn, typeof SharedChild.spawn>(true)
same<PipedChild, ContractPiped>(true)

interface ContractRun {
  (
    file: string | URL,
    args?: readonly string[],
    options?: ContractOptions & ContractOutputOptions & { encoding?: BufferEncoding },
  ): Promise<Output<string>>
  (
    file: string | URL,
    args: readonly string[] | undefined,
    options: ContractOptions & ContractOutputOptions & { encoding: 'buffer' },
  ): Promise<Output<Buffer>>
}
export const runs: ContractRun = run
// A method's result is exactly what the contract says: an assignment alone would let a narrower one through.
same<ReturnType<SharedChild['send']>, Promise<void>>(true)
same<ReturnType<SharedChild['messages']>, AsyncIterableIterator<unknown>>(true)
same<ReturnType<SharedChild['disconnect']>, void>(true)
same<ReturnType<SharedChild['lines']>, AsyncIterableIterator<string>>(true)
same<Parameters<SharedChild['send']>, [message: unknown]>(true)

interface ContractError {
  readonly code: 'ERR_COMMAND_FAILED'
  readonly status: ExitStatus
  readonly stdout: string | Buffer
  readonly stderr: string | Buffer
  readonly spawnfile: string
  readonly spawnargs: readonly string[]
  readonly command: string
}

// ---- as users write it ----
export async function use(child: SharedChild, native: NativeChild): Promise<void> {
  same<Awaited<ReturnType<typeof spawn>>, SharedChild>(true)
  await using mine = await spawn('ls', ['-l'] as const, {
    stdio: ['pipe', 'inherit', { fd: 3 }, undefined, null] as const,
  })
  await spawn(new URL('file:///bin/ls'), {
    cwd: new URL('file:///'),
    env: { A: undefined, B: 'b' },
    groups: [1] as const,
  })
  await spawn('ls', { env: process.env })
  same<typeof mine, SharedChild>(true)
  const piped: PipedChild[] = [
    await spawn('ls'),
    await spawn('ls', { cwd: '/' }),
    await spawn('ls', ['-l'], { timeout: 5, stdio: 'pipe' }),
    await spawn('ls', null, { stdio: ['pipe', 'pipe', 'pipe'] }),
  ]
  for (const { stdin, stdout, stderr } of piped) stdout.pipe(stdin) satisfies Writable | typeof stderr
  const inherits = await spawn('ls', [], { stdio: ['pipe', 'inherit', 'pipe'] })
  same<typeof inherits, SharedChild>(true)
  const unknown = await spawn('ls', [], options({}))
  same<typeof unknown, SharedChild>(true)
  for await (const line of inherits.lines({ from: 'stderr' })) line satisfies string
  const talks = await spawn('node', ['worker.js'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  same<typeof talks, SharedChild>(true)
  await talks.send({ any: ['message'] })
  for await (const message of talks.messages()) same<typeof message, unknown>(true)
  const text = await mine.output()
  same<typeof text, Output<string>>(true)
  const hex = await mine.output({ encoding: 'hex', input: new Uint8Array(1), maxBuffer: 1, drainTimeout: 1 })
  same<typeof hex, Output<string>>(true)
  const bytes = await mine.output({ encoding: 'buffer', input: 'text' })
  same<typeof bytes.stdout, Buffer>(true)
  const ran = await run('ls', ['-l'] as const, { cwd: '/', timeout: 5, input: 'text', check: false, encoding: 'hex' })
  same<typeof ran, Output<string>>(true)
  const ranBytes = await run('ls', undefined, { encoding: 'buffer', group: true })
  same<typeof ranBytes, Output<Buffer>>(true)
  const error: unknown = await run('ls').catch((reason: unknown) => reason)
  if (error instanceof CommandError) {
    const { code, status, stdout, stderr, spawnfile, spawnargs, command, cause } = error
    const copy: ContractError = { code, status, stdout, stderr, spawnfile, spawnargs, command }
    void [copy, cause, error satisfies Error]
  }
  const ended = child.waitSync()
  same<typeof ended, ExitStatus>(true)
  const maybe = child.waitSync(5)
  same<typeof maybe, ExitStatus | null>(true)
  child.stdout?.on('data', () => undefined).pipe(process.stdout)
  child.stdin?.end('text')

  const task: Promise<NativeStatus> = native.wait()
  const killed: Promise<void> = native.kill()
  const tried: Promise<NativeStatus | null> = native.tryWait()
  await Promise.all([task, killed, tried])
}

export function misuse(child: SharedChild, status: ExitStatus): void {
  // @ts-expect-error children are made by spawn(), spawnSync() and attach()
  void new SharedChild()
  // @ts-expect-error a file is needed
  void spawn()
  // @ts-expect-error numbers as arguments are refused
  void spawn('ls', [1])
  // @ts-expect-error numbers as environment values are refused
  void spawn('ls', { env: { A: 1 } })
  // @ts-expect-error no such word
  void spawn('ls', { stdio: 'other' })
  // @ts-expect-error no such word in a list
  void spawn('ls', { stdio: ['pipe', 'overlapped'] })
  // @ts-expect-error no such option
  void spawn('ls', { encoding: 'utf8' })
  // @ts-expect-error not a signal's name
  void child.kill('SIGNOTHING')
  // @ts-expect-error sendSignal has no default
  void child.sendSignal()
  // @ts-expect-error waitTimeout needs its time
  void child.waitTimeout()
  // @ts-expect-error a text is no point in time
  void child.waitDeadline('tomorrow')
  // @ts-expect-error a token is an object
  SharedChild.attach('token')
  // @ts-expect-error a status does not change
  status.code = 0
  // @ts-expect-error nor does what is in it
  if (status.resourceUsage) status.resourceUsage.maxRSS = 0
  // @ts-expect-error the pid is read only
  child.pid = 5
  // @ts-expect-error stdout may be null
  child.stdout.resume()
  // @ts-expect-error a message is needed
  void child.send()
  // @ts-expect-error messages carry no handles
  void child.send('message', process.stdout)
  // @ts-expect-error no such stream
  void child.lines({ from: 'stdin' })
  // @ts-expect-error lines are texts
  void child.lines({ encoding: 'buffer' })
  // @ts-expect-error only pipes make a PipedChild
  void spawn('ls', [], { stdio: 'inherit' }).then(({ stdout }) => stdout.resume())
  // @ts-expect-error a command line is no list of arguments
  void run('ls', '-l')
  // @ts-expect-error no such encoding
  void run('ls', [], { encoding: 'other' })
  // @ts-expect-error no such encoding
  void child.output({ encoding: 'other' })
}
