// Three children in a row, started in a worker; posts what comes out.
import { parentPort } from 'node:worker_threads'
import { SharedChild } from 'shared-child'

async function main(): Promise<void> {
  const seq = await SharedChild.spawn('seq', ['5'])
  const sort = SharedChild.spawnSync('sort', ['-r'], { stdio: [seq.stdout, 'pipe', 'inherit'] })
  const head = await SharedChild.spawn('head', ['-n', '2'], { stdio: [sort.stdout, 'pipe', 'inherit'] })
  parentPort?.postMessage((await head.output()).stdout)
}

void main()
