import { once } from 'node:events'
import fs from 'node:fs'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { spawn } from 'shared-child'

/** Leaves every kind of wait pending on children that run on. */
async function leaveWaits(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    const child = await spawn('sh', ['-c', 'while read line; do :; done'], { stdio: ['inherit', 'inherit', 'inherit'] })
    void child.wait()
    void child.waitTimeout(1e9)
    void child.waitTimeout(Infinity)
    void child.waitDeadline(Date.now() + 1e9)
    void child.wait({ signal: new AbortController().signal })
    void (await spawn('cat', [], { stdio: ['inherit', 'pipe', 'ignore'], timeout: 1e9 })).output()
  }
  void spawn('true')
}

async function main(): Promise<void> {
  const how = process.argv[2]
  if (!isMainThread) {
    await leaveWaits()
    parentPort?.postMessage('waiting')
    return
  }
  if (how === 'worker') await once(new Worker(__filename), 'message')
  await leaveWaits()
  process.once('SIGTERM', () => process.exit(7))
  fs.writeSync(1, 'waiting\n')
  if (how === 'SIGTERM handler') return
  if (how === 'uncaught error') throw new Error('on purpose')
  process.exit(7)
}

void main()
