import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { SharedChild, spawn, type Stdio } from 'shared-child'

/** A program that lists its own fds, with the one it lists them through: the lowest that was free. */
const LS = ['ls', ['/proc/self/fd']] as const

const numbers = (stdout: string): number[] =>
  stdout
    .trim()
    .split('\n')
    .map(Number)
    .toSorted((a, b) => a - b)

async function list(child: SharedChild): Promise<number[]> {
  return numbers((await child.output()).stdout)
}

async function main(): Promise<void> {
  if (!isMainThread) {
    parentPort?.postMessage(await list(await spawn(...LS)))
    return
  }
  for (let i = 0; i < 300; i++) fs.openSync('/dev/null', 'r')
  const node = numbers(execFileSync(...LS, { encoding: 'utf8' }))
  const plain = await list(await spawn(...LS))
  const sync = await list(SharedChild.spawnSync(...LS))
  const stdio: Stdio[] = Array.from({ length: 104 }, () => 'ignore')
  stdio[1] = 'pipe'
  stdio[5] = 'pipe'
  stdio[101] = 0
  stdio[103] = 101
  const mapped = await list(await spawn(...LS, { stdio }))
  const [worker] = (await once(new Worker(__filename), 'message')) as [number[]]
  process.stdout.write(JSON.stringify({ node, plain, sync, mapped, worker }))
}

void main()
