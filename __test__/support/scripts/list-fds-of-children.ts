import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { SharedChild, spawn, type Stdio } from 'shared-child'
import { fdsIn, LIST_FDS } from '../list-fds.js'

async function list(child: SharedChild): Promise<number[]> {
  return fdsIn((await child.output()).stdout)
}

async function main(): Promise<void> {
  if (!isMainThread) {
    parentPort?.postMessage(await list(await spawn(...LIST_FDS)))
    return
  }
  for (let i = 0; i < 300; i++) fs.openSync('/dev/null', 'r')
  const node = fdsIn(execFileSync(...LIST_FDS, { encoding: 'utf8' }))
  const plain = await list(await spawn(...LIST_FDS))
  const sync = await list(SharedChild.spawnSync(...LIST_FDS))
  const stdio: Stdio[] = Array.from({ length: 104 }, () => 'ignore')
  stdio[1] = 'pipe'
  stdio[5] = 'pipe'
  stdio[101] = 0
  stdio[103] = 101
  const mapped = await list(await spawn(...LIST_FDS, { stdio }))
  const [worker] = (await once(new Worker(__filename), 'message')) as [number[]]
  process.stdout.write(JSON.stringify({ node, plain, sync, mapped, worker }))
}

void main()
