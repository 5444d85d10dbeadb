import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { SharedChild, spawn, type Stdio } from 'shared-child'

/** A child that lists its own fds and then waits, so that the list is read from outside and holds no fd of the reading. */
const held = (pid: number): number[] => fs.readdirSync(`/proc/${pid}/fd`).map(Number).sort((a, b) => a - b)

async function list(child: SharedChild): Promise<number[]> {
  const fds = held(child.pid)
  child.killSync()
  await child.wait()
  return fds
}

async function main(): Promise<void> {
  if (!isMainThread) {
    parentPort?.postMessage(await list(await spawn('sleep', ['1000'])))
    return
  }
  for (let i = 0; i < 300; i++) fs.openSync('/dev/null', 'r')
  const theirs = nodeSpawn('sleep', ['1000'])
  const node = held(theirs.pid ?? 0)
  theirs.kill('SIGKILL')
  const plain = await list(await spawn('sleep', ['1000']))
  const sync = await list(SharedChild.spawnSync('sleep', ['1000'], { stdio: 'ignore' }))
  const stdio: Stdio[] = Array.from({ length: 104 }, () => 'ignore')
  stdio[5] = 'pipe'
  stdio[101] = 0
  stdio[103] = 101
  const mapped = await list(await spawn('sleep', ['1000'], { stdio }))
  const [worker] = (await once(new Worker(__filename), 'message')) as [number[]]
  process.stdout.write(JSON.stringify({ node, plain, sync, mapped, worker }))
}

void main()
