import { parentPort, workerData } from 'node:worker_threads'
import { spawn } from 'shared-child'

/** Starts a child with the default environment. If told to, it first changes this thread's own environment. */
async function main(): Promise<void> {
  const { set } = workerData as { set: string | null }
  if (set !== null) process.env['SHARED_CHILD_TEST'] = set
  const child = await spawn('sh', ['-c', 'echo "${SHARED_CHILD_TEST-unset}"'])
  parentPort?.postMessage((await child.output()).stdout)
}

void main()
