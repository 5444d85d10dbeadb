import { parentPort } from 'node:worker_threads'
import { spawn } from 'shared-child'

/** Collects the output of a child that writes without end, and reports when the child has begun to write. */
async function main(): Promise<void> {
  const child = await spawn('sh', ['-c', 'echo >&3; exec yes'], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] })
  const collected = child.output({ maxBuffer: 1000, overflow: 'tail' })
  child.stdio[3]?.once('data', () => parentPort?.postMessage(1))
  await collected
}

void main()
