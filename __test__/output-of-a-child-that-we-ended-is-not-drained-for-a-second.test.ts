import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import test, { type ExecutionContext } from 'ava'
import { SharedChild, spawn, type OutputOptions, type SpawnOptions } from 'shared-child'
import { isWindows, testUnless } from './support/skip.js'
import { within } from './support/within.js'

/** Prints the pid of a process that keeps its pipes open, and goes on with `command`. */
const holding = (command: string, options: SpawnOptions = {}): Promise<SharedChild> =>
  spawn('sh', ['-c', `sleep 1000 & echo $!; ${command}`], options)

interface Drain {
  stdout: string
  drained: boolean
  /** Whether output() settled before a timer that was set at the exit, for less than the default of one second. */
  soon: boolean
}

async function drain(t: ExecutionContext, child: SharedChild, options: OutputOptions = {}): Promise<Drain> {
  let soon = true
  const collecting = child.output(options).catch((error: unknown) => ({ ...(error as Drain), drained: false }))
  const timer = child.wait().then(() => new Promise<void>((resolve) => setTimeout(resolve, 900)))
  void timer.then(() => (soon = false))
  const { stdout, drained } = await within(20_000, 'output()', collecting)
  const outcome = { stdout, drained, soon }
  // The process is a running `sleep 1000`, so the pid is still its own.
  t.true(Number.parseInt(stdout) > 1, stdout)
  process.kill(Number.parseInt(stdout), 'SIGKILL')
  await timer
  return outcome
}

/** fd 3, which output() does not read, shows that the pid has been printed. */
const announce = 'echo ready >&3; exec sleep 1000'
const caught = 'trap "echo caught; exit 0" TERM; echo ready >&3; while :; do sleep 0.05; done'
const extra = { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] as const }

async function started(command: string, options: SpawnOptions = {}): Promise<SharedChild> {
  const child = await holding(command, { ...extra, ...options })
  await once(child.stdio[3]!, 'data')
  return child
}

const endings: Record<string, (t: ExecutionContext) => Promise<Drain>> = {
  'a timeout': async (t) => drain(t, await holding('exec sleep 1000', { timeout: 500 })),
  'a timeout whose signal is caught': async (t) =>
    drain(t, await started(caught, { timeout: 500, killSignal: 'SIGTERM' })),
  'an abort': async (t) => {
    const controller = new AbortController()
    const child = await started(announce, { signal: controller.signal })
    controller.abort()
    return drain(t, child)
  },
  maxBuffer: async (t) => drain(t, await holding('exec yes'), { maxBuffer: 1000 }),
  'kill()': async (t) => {
    const child = await started(announce)
    t.true(await child.kill())
    return drain(t, child)
  },
  'sendSignal() of another handle': async (t) => {
    const child = await started(announce)
    t.true(SharedChild.attach(child.share()).sendSignalSync('SIGTERM'))
    return drain(t, child)
  },
  'kill() in another thread': async (t) => {
    const child = await started(announce)
    const code = `const { SharedChild } = require('shared-child'); SharedChild.attach(require('worker_threads').workerData).killSync()`
    const worker = new Worker(code, { eval: true, workerData: child.share() })
    await once(worker, 'exit')
    return drain(t, child)
  },
  'a timeout, seen by another handle': async (t) => {
    const child = await started(caught, { timeout: 500, killSignal: 'SIGTERM' })
    return drain(t, SharedChild.attach(child.share()))
  },
}

for (const [name, end] of Object.entries(endings)) {
  testUnless(isWindows, name, async (t) => {
    const { drained, soon } = await end(t)
    t.deepEqual({ drained, soon }, { drained: false, soon: true })
  })
}

const others: Record<string, (t: ExecutionContext) => Promise<Drain>> = {
  'an exit of its own': async (t) => drain(t, await holding('exit 3')),
  'a signal from elsewhere': async (t) => {
    const child = await started(announce)
    process.kill(child.pid, 'SIGKILL')
    return drain(t, child)
  },
  'a signal of ours that it survived': async (t) => {
    const child = await started('echo ready >&3; read line; exit 0')
    t.true(await child.sendSignal('SIGCONT'))
    t.true(await child.sendSignal(0))
    child.stdin?.end('\n')
    return drain(t, child)
  },
  'a drainTimeout that was given': async (t) =>
    drain(t, await holding('exec sleep 1000', { timeout: 500 }), { drainTimeout: 1000 }),
}

for (const [name, end] of Object.entries(others)) {
  testUnless(isWindows, `${name} is drained for as long as ever`, async (t) => {
    const { drained, soon } = await end(t)
    t.deepEqual({ drained, soon }, { drained: false, soon: false })
  })
}

test.serial('what was in the pipe is there all the same', async (t) => {
  const child = await spawn('sh', ['-c', 'head -c 60000 /dev/zero; echo ready >&2; exec sleep 1000'])
  const collecting = child.output()
  await once(child.stderr, 'data')
  child.killSync()
  const { stdout, drained } = await collecting
  t.deepEqual({ length: stdout.length, drained }, { length: 60_000, drained: true })
})
