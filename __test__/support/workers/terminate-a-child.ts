// Asks a child to end, and reports that it has done so; then this worker itself is terminated.
import { parentPort, workerData } from 'node:worker_threads'
import { SharedChild, type ChildToken } from 'shared-child'

const { token, grace } = workerData as { token: ChildToken; grace: number }
void SharedChild.attach(token).terminate({ grace })
parentPort!.postMessage('asked')
