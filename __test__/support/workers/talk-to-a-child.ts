import { parentPort, workerData } from 'node:worker_threads'
import { SharedChild, type ChildToken } from 'shared-child'

/** Sends one message to the child it is given, and passes the answer on. */
async function main(): Promise<void> {
  const child = SharedChild.attach(workerData as ChildToken)
  await child.send(new Map([['key', 1n]]))
  for await (const message of child.messages()) {
    parentPort?.postMessage(message)
    return
  }
}

void main()
