import { parentPort, workerData } from 'node:worker_threads'
import { SharedChild, spawn } from 'shared-child'

/** Starts a child, posts a token of it, and stays. */
async function main(): Promise<void> {
  const { way } = workerData as { way: string }
  const child =
    way === 'pipes'
      ? await spawn('cat')
      : way === 'spawnSync'
        ? SharedChild.spawnSync('sleep', ['1000'], { stdio: 'ignore' })
        : await spawn('sleep', ['1000'], { stdio: 'ignore' })
  parentPort?.postMessage({ token: child.share(), pid: child.pid })
}

void main()
