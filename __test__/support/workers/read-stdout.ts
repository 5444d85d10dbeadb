import { parentPort, workerData } from 'node:worker_threads'
import { SharedChild, type ChildToken } from 'shared-child'

/** Reports whether it got the child's stdout, and then what it read. */
async function main(): Promise<void> {
  const { stdout } = SharedChild.attach(workerData as ChildToken)
  parentPort?.postMessage(stdout !== null)
  if (stdout === null) return
  const chunks: Buffer[] = []
  for await (const chunk of stdout) chunks.push(chunk as Buffer)
  parentPort?.postMessage(Buffer.concat(chunks).toString())
}

void main()
