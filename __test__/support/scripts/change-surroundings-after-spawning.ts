// Changes the working directory and the umask of the process right after each call, from the main thread; the calls are
// made there or in a worker. Reports what the children have, beside what was there at their calls.
import fs from 'node:fs'
import path from 'node:path'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { spawn } from 'shared-child'

interface Round {
  readonly gate: Int32Array
  readonly count: number
}

const [where = '', root = ''] = process.argv.slice(2)
const COUNT = 40

const show = async (index: number): Promise<string> => {
  const child = await spawn(index % 2 === 0 ? './program' : 'sh', index % 2 === 0 ? [] : ['-c', '. ./program'])
  return (await child.output()).stdout.trim()
}

/** Enters a folder with a program that prints its working directory and umask. */
function enter(index: number): string {
  const folder = path.join(root, `folder-${index}`)
  fs.mkdirSync(folder)
  fs.writeFileSync(path.join(folder, 'program'), '#!/bin/sh\necho "$(pwd -P) $(umask)"\n', { mode: 0o755 })
  process.chdir(folder)
  const mask = index % 2 === 0 ? 0o22 : 0o27
  process.umask(mask)
  return `${folder} 00${mask.toString(8)}`
}

const functions = (): unknown[] => ['chdir', 'umask'].map((name) => Reflect.get(process, name) as unknown)

async function inThisThread(): Promise<void> {
  const before = functions()
  const expected: string[] = []
  const seen: Promise<string>[] = []
  for (let index = 0; index < COUNT; index++) {
    expected.push(enter(index))
    seen.push(show(index))
  }
  process.chdir('/')
  process.umask(0o77)
  const got = await Promise.all(seen)
  const untouched = functions().every((one, at) => one === before[at])
  console.log(JSON.stringify({ expected, seen: got, untouched }))
}

/** The worker's calls are over when it opens the gate; then the main thread goes on to the next folder. */
async function inAWorker(): Promise<void> {
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const expected: string[] = []
  const worker = new Worker(__filename, { workerData: { gate, count: COUNT }, argv: [where, root] })
  const seen = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await new Promise((resolve) => worker.once('online', resolve))
  for (let index = 0; index < COUNT; index++) {
    expected.push(enter(index))
    Atomics.store(gate, 0, 2 * index + 1)
    Atomics.notify(gate, 0)
    Atomics.wait(gate, 0, 2 * index + 1)
  }
  process.chdir('/')
  process.umask(0o77)
  console.log(JSON.stringify({ expected, seen: await seen, untouched: true }))
}

async function callFromWorker({ gate, count }: Round): Promise<void> {
  const { parentPort } = await import('node:worker_threads')
  const seen: Promise<string>[] = []
  for (let index = 0; index < count; index++) {
    Atomics.wait(gate, 0, 2 * index)
    seen.push(show(index))
    Atomics.store(gate, 0, 2 * index + 2)
    Atomics.notify(gate, 0)
  }
  parentPort!.postMessage(await Promise.all(seen))
}

void (isMainThread ? (where === 'worker' ? inAWorker() : inThisThread()) : callFromWorker(workerData as Round))
