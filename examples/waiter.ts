/** A worker that waits for a child it did not start. */
import { parentPort, workerData } from 'node:worker_threads'
import { SharedChild, type ChildToken } from 'shared-child'

const child = SharedChild.attach(workerData as ChildToken)
const exited = child.wait()
parentPort!.postMessage('waiting')
void exited.then((status) => parentPort!.postMessage(status))
