import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import test, { type ExecutionContext } from 'ava'
import { slowness } from './within.js'

/** The compiled file of a script under support/scripts. */
export const scriptPath = (name: string): string => fileURLToPath(new URL(`support/scripts/${name}.js`, test.meta.file))

/** A process that is under test as a whole, because it ends, blocks, or changes something process-wide. */
export interface Host {
  readonly process: ChildProcessByStdio<Writable, Readable, Readable>
  /** The next line of its stdout; fails when it ends without one. */
  line(): Promise<string>
  /** How it ended, with all its output. */
  ended: Promise<Ended>
}

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command whose last argument list may be a script; killed when the test ends or after `limit` ms (longer in an emulator). */
export function runHost(
  t: ExecutionContext,
  command: readonly string[],
  { env = {}, limit = 60_000 }: { env?: Record<string, string>; limit?: number } = {},
): Host {
  const [file = '', ...args] = command
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), limit * slowness)
  t.teardown(() => {
    clearTimeout(timer)
    child.kill('SIGKILL')
  })
  // The process may end before it has read what a test writes to it.
  child.stdin.on('error', () => undefined)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, stdout, stderr })
    })
  })
  ended.catch(() => undefined)
  return {
    process: child,
    ended,
    async line() {
      const next = await lines.next()
      if (next.done === true) throw new Error(`no more lines; stderr: ${(await ended).stderr}`)
      return next.value
    },
  }
}

/** Runs a script of support/scripts in a Node of its own. */
export function runScript(
  t: ExecutionContext,
  name: string,
  args: readonly string[] = [],
  options: { env?: Record<string, string>; limit?: number; node?: readonly string[]; wrapper?: readonly string[] } = {},
): Host {
  const { node = [], wrapper = [] } = options
  return runHost(t, [...wrapper, process.execPath, ...node, scriptPath(name), ...args], options)
}

/** Waits for a script that reports by one line of JSON and exits 0. */
export async function report<T>(t: ExecutionContext, host: Host): Promise<T> {
  const { code, signal, stdout, stderr } = await host.ended
  t.deepEqual({ code, signal }, { code: 0, signal: null }, stderr)
  return JSON.parse(stdout) as T
}

/** What a worker has sent, and how it ended, before anybody asked. */
const inboxes = new WeakMap<Worker, { got: (() => unknown)[]; wake: () => void }>()

/** A worker of support/workers, terminated when the test ends. */
export function startWorker(t: ExecutionContext, name: string, options: WorkerOptions = {}): Worker {
  const worker = new Worker(new URL(`support/workers/${name}.js`, test.meta.file), options)
  t.teardown(() => worker.terminate())
  // From the start, because two messages may come in one turn, before a test can ask for the second.
  const inbox = { got: [] as (() => unknown)[], wake: () => {} }
  const put = (look: () => unknown): void => {
    inbox.got.push(look)
    inbox.wake()
  }
  const fail = (error: Error) => (): never => {
    throw error
  }
  worker.on('message', (value: unknown) => put(() => value))
  worker.on('error', (error: Error) => put(fail(error)))
  worker.on('exit', (code) => put(fail(new Error(`worker ended with code ${code}`))))
  inboxes.set(worker, inbox)
  return worker
}

/** Returns the next message of a worker; fails if the worker fails or ends instead. */
export async function message<T>(worker: Worker): Promise<T> {
  const inbox = inboxes.get(worker)!
  while (inbox.got.length === 0) await new Promise<void>((resolve) => (inbox.wake = resolve))
  return inbox.got.shift()!() as T
}
