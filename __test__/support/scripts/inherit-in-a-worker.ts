import { isMainThread, Worker } from 'node:worker_threads'
import { spawn } from 'shared-child'

async function main(): Promise<void> {
  if (isMainThread) new Worker(__filename).on('exit', (code) => (process.exitCode = code))
  else await (await spawn('sh', ['-c', 'cat; echo to stderr >&2'], { stdio: 'inherit' })).wait()
}

void main()
