// Does everything that the package can do with a clean Object.prototype, then once for each property that a careless
// merge may have put there, and prints what came out differently.
import fs from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { SharedChild, spawn, type ExitStatus } from 'shared-child'

const show = 'echo "$0 $# $*"; pwd; id -u; id -g; env | sort | grep -v ^_=; cat'

const abort = new AbortController()
abort.abort()

/** Every name that is read somewhere, with a value that would have a visible effect. */
const pollution: readonly Record<string, unknown>[] = [
  // options
  { cwd: '/no/such/folder', env: { FROM: 'prototype' }, argv0: 'other', stdio: 'ignore', shell: true, detached: true },
  { uid: 12_345, gid: 12_345, groups: [12_345], signal: abort.signal, timeout: 1, killSignal: 'SIGNOTHING' },
  { windowsHide: 5, windowsVerbatimArguments: 5, group: true, killOnParentExit: true, killGrace: -1, serialization: 5 },
  { encoding: 'hex', maxBuffer: 1, drainTimeout: -1, input: 'from the prototype', overflow: 'head', check: true },
  // elements
  { 0: 'ignore', 1: 'ignore', 2: 'ignore', 3: 'ignore', 4: 'ignore', length: 9 },
  // names by which the type of a value is recognized
  { fd: 999, _handle: { fd: 999 }, sharedChild: '1-1', errno: -2, code: 5, chdir: true, keepsLoopAlive: false },
  { href: 'file:///no', protocol: 'file:', auth: '', path: '/no', aborted: true },
  // property descriptors
  { get: () => 5, value: 5, set: () => {}, writable: false, enumerable: false, configurable: false },
  // options of streams; not `readable`, which breaks every stream of Node's own
  { handle: {}, objectMode: true, highWaterMark: 0, read: () => {}, write: () => {}, final: () => {} },
  { defaultEncoding: 'hex', allowHalfOpen: true, pauseOnCreate: true, manualStart: true, keepAliveInitialDelay: 'x' },
  // variables
  { NODE_V8_COVERAGE: '/no', NODE_OPTIONS: '--no', PATH: '/no', comspec: '/no', INJECTED: 'yes' },
  // methods
  { toString: 'x', valueOf: 5, hasOwnProperty: () => true, isPrototypeOf: 5 },
]

/** Checks that one polluted name changes nothing. */
async function everything(cwd: URL, file: FileHandle): Promise<unknown> {
  const env = { PATH: process.env['PATH'], OWN: 'yes' }
  const seen: unknown[] = []
  const end = ({ code, signal }: ExitStatus): unknown => [code, signal]
  const collect = async (child: SharedChild): Promise<void> => {
    const { stdout, stderr, status } = await child.output({ input: 'input' })
    seen.push(stdout, stderr, end(status), child.spawnfile, [...child.spawnargs])
  }

  await collect(await spawn('sh', ['-c', show, '0', '; echo injected']))
  await collect(await spawn('sh', ['-c', show], { env }))
  await collect(await spawn('sh', ['-c', show], { env: Object.create(env), cwd }))
  await collect(SharedChild.spawnSync('sh', ['-c', show], { env }))

  // The streams by themselves, also of fds that child_process does not know.
  const talker = await spawn('sh', ['-c', 'cat; cat <&3 >&3; exit 7'], { env, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
  const [stdin, stdout, , extra] = talker.stdio as [NodeJS.WritableStream, Readable, Readable, NodeJS.ReadWriteStream]
  const texts = [textOf(stdout), textOf(extra)]
  stdin.end('to stdin')
  extra.end('to fd 3')
  seen.push(await Promise.all(texts), end(await talker.wait({})))

  // Streams of a child that has exited, files, holes, and an object of a class.
  const late = await spawn('echo', ['late'], { env })
  await late.wait()
  seen.push(await textOf(late.stdout))
  const withAHole = Object.assign(['pipe', 'pipe'], { 3: file })
  await collect(await spawn('sh', ['-c', 'wc -c'], { env, stdio: withAHole as never }))
  seen.push(await failure(spawn('true', Object.assign([], { 1: 'x' }))))
  seen.push(await failure(spawn('true', [], { stdio: ['pipe', 'pipe', {}] as never })))
  seen.push(await failure(spawn('no-such-program', [], { env })))
  seen.push(await failure(spawn('true', [], { cwd: {} as never })))
  seen.push(await failure(new Promise((resolve) => resolve(SharedChild.attach({} as never)))))

  const sleeper = SharedChild.attach((await spawn('sleep', ['1000'], { env, stdio: 'ignore' })).share())
  seen.push(await sleeper.waitTimeout(1), await sleeper.waitDeadline(new Date(0)), sleeper.tryWaitSync())
  seen.push(sleeper.killSync(), end(await sleeper.wait()), sleeper.stdin, sleeper.stdio.length)
  return seen
}

/** By events: the iterator of Node's own streams is not proof against an Object.prototype with a `signal`. */
function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = ''
  return new Promise((resolve, reject) => {
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
    stream?.on('error', reject).on('end', () => resolve(text))
  })
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(
    () => new Error('resolved'),
    (reason: unknown) => reason,
  )
  return [(error as NodeJS.ErrnoException).code, (error as Error).message]
}

/** Arguments from another realm, with an Object.prototype of its own. */
async function fromAnotherRealm(): Promise<unknown> {
  const { PATH } = process.env
  const [args, options] = vm.runInNewContext(
    `Object.assign(Object.prototype, { INJECTED: 'yes', shell: true, fd: 999, argv0: 'other', 1: 'injected' });
     [['-c', 'env | grep ^[A-O] | sort; echo "$0 $*"'], { env: { PATH, OWN: 'yes' }, stdio: ['ignore', 'pipe', , 'ignore'] }]`,
    { PATH },
  ) as [string[], object]
  return (await (await spawn('sh', args, options)).output()).stdout
}

async function differences(): Promise<unknown> {
  // Node's own fs is not proof against an Object.prototype with an `errno`.
  const cwd = pathToFileURL(fs.realpathSync('.'))
  const file = await fs.promises.open('/dev/null', 'r')
  const clean = JSON.stringify(await everything(cwd, file))
  const found: Record<string, unknown> = {}
  const entries = pollution.flatMap((row) => Object.entries(row))
  for (const [name, value] of entries) {
    const clear = pollute(name, value)
    let outcome
    try {
      outcome = await everything(cwd, file)
    } catch (error) {
      outcome = error
    }
    clear()
    const text = outcome instanceof Error ? outcome.stack : JSON.stringify(outcome)
    if (text !== clean) found[name] = { clean, text }
  }
  await file.close()
  return { names: entries.length, found, realm: await fromAnotherRealm() }
}

/** Returns a function that undoes the pollution. */
function pollute(name: string, value: unknown): () => void {
  const victim = Object.prototype as Record<string, unknown>
  const before = Object.getOwnPropertyDescriptor(victim, name)
  // As a merge does it: existing methods stay non-enumerable, new properties are enumerable.
  victim[name] = value
  return () => {
    delete victim[name]
    if (before !== undefined) Object.defineProperty(victim, name, before)
  }
}

async function main(): Promise<void> {
  const here = await differences()
  if (isMainThread) {
    // A worker has its own environment.
    const worker = new Worker(__filename, { workerData: 'in a worker' })
    const [inWorker] = await new Promise<unknown[]>((resolve, reject) => {
      worker.once('message', (value) => resolve([value])).once('error', reject)
    })
    console.log(JSON.stringify([here, inWorker]))
  } else if (workerData === 'in a worker') {
    ;(await import('node:worker_threads')).parentPort?.postMessage(here)
  }
}

void main()
