import { parentPort, workerData } from 'node:worker_threads'
import { SharedChild, type ChildToken } from 'shared-child'

/** Waits many times at once on the child it is given, and posts what all of them got. */
async function main(): Promise<void> {
  const { token, times } = workerData as { token: ChildToken; times: number }
  const child = SharedChild.attach(token)
  const waits = Array.from({ length: times }, () => child.wait())
  parentPort?.postMessage('waiting')
  parentPort?.postMessage(await Promise.all(waits))
}

void main()
