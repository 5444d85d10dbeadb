import { once } from 'node:events'
import fs from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { SharedChild, spawn, type ChildToken, type SpawnOptions } from 'shared-child'

const say = (line: string): void => void fs.writeSync(1, `${line}\n`)
/** Reads this process's own stdin, so that the test decides when it ends. */
const child = ['sh', ['-c', 'read line; echo released >&2']] as const
/** On Windows, a child ends with its parent unless an option says otherwise. */
const options: SpawnOptions = { stdio: ['inherit', 'ignore', 1], killOnParentExit: false }

const ways: Record<string, () => Promise<unknown>> = {
  plain: () => spawn(...child, options),
  'unref, ref': async () => (await spawn(...child, options)).unref().ref(),
  'unref twice, ref once': async () => (await spawn(...child, options)).unref().unref().ref(),
  'ref twice, unref once': async () => (await spawn(...child, options)).ref().ref().unref(),
  spawnSync: async () => SharedChild.spawnSync(...child, options),
  pipes: () => spawn(...child, { stdio: ['inherit', 'pipe', 1] }),
  'one of two handles': async () => SharedChild.attach((await spawn(...child, options)).share()).unref(),
  'both handles unref': async () => SharedChild.attach((await spawn(...child, options)).unref().share()).unref(),
  unref: async () => (await spawn(...child, options)).unref(),
  'unref, spawnSync': async () => SharedChild.spawnSync(...child, options).unref(),
  'unref, timeout': async () => (await spawn(...child, { ...options, timeout: 1e9 })).unref(),
  'unref, pending wait': async () => void (await spawn(...child, options)).unref().wait(),
  'unref, output': async () => void (await spawn(...child, options)).unref().output(),
  'unref, waitTimeout': async () => void (await spawn(...child, options)).unref().waitTimeout(1e9),
  'unref, waitDeadline': async () => void (await spawn(...child, options)).unref().waitDeadline(Date.now() + 1e9),
  'unref, waitTimeout(Infinity)': async () => void (await spawn(...child, options)).unref().waitTimeout(Infinity),
  'unref, disposal': async () => {
    const disposed = (await spawn('sleep', ['1000'])).unref()
    void disposed[Symbol.asyncDispose]().then(() => say('disposed'))
  },
  'attached in a worker': inWorker,
  'unref in a worker': inWorker,
  ended: async () => {
    const first = await spawn('true')
    await first.wait()
    first.ref()
    const second = await spawn('sleep', ['1000'])
    second.unref()
    second.killSync()
    second.waitSync()
    second.ref()
    const third = await spawn('echo', ['hello'])
    await third.output()
    SharedChild.attach(third.share())
    await spawn('true', { timeout: 1e9, signal: new AbortController().signal }).then((fourth) => fourth.wait())
  },
}

/** The main thread's own handle is unref'd, so only the worker's can keep the process alive. */
async function inWorker(): Promise<void> {
  const mine = (await spawn(...child, options)).unref()
  const worker = new Worker(__filename, { argv: process.argv.slice(2), workerData: mine.share() })
  await once(worker, 'message')
}

async function main(): Promise<void> {
  const way = process.argv[2] ?? ''
  if (!isMainThread) {
    const attached = SharedChild.attach(workerData as ChildToken)
    if (way.startsWith('unref')) attached.unref()
    parentPort?.postMessage('attached')
    return
  }
  process.on('exit', () => say('gone'))
  await ways[way]?.()
  say('started')
}

void main()
