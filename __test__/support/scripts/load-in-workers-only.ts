// Workers that load the package, which this thread never does, are terminated with a wait pending; then their children end.
import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

async function inWorker(): Promise<void> {
  const { spawn } = await import('shared-child')
  const child = await spawn('sleep', ['1'], { stdio: 'ignore' })
  void child.wait()
  parentPort?.postMessage(child.pid)
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function inMain(): Promise<void> {
  const exits: unknown[] = []
  const pids: number[] = []
  const rounds = 5
  for (let round = 0; round < rounds; round++) {
    const worker = new Worker(__filename)
    const [pid] = (await once(worker, 'message')) as [number]
    pids.push(pid)
    exits.push(await worker.terminate())
  }
  // If no zombie is left afterwards, this shows that somebody waited for the child.
  while (pids.some(isThere)) await new Promise((resolve) => setTimeout(resolve, 10))
  process.stdout.write(JSON.stringify({ rounds, exits }))
}

void (isMainThread ? inMain() : inWorker())
