import { parentPort, workerData } from 'node:worker_threads'
import { SharedChild, type ChildToken } from 'shared-child'

/** Blocks its thread until the child it is given has exited. */
const { token, kind } = workerData as { token: ChildToken; kind: string }
const child = SharedChild.attach(token)
parentPort?.postMessage('waiting')
const ways: Record<string, () => unknown> = {
  waitSync: () => child.waitSync(),
  'waitSync(ms)': () => child.waitSync(60_000),
  'waitSync(Infinity)': () => child.waitSync(Infinity),
}
parentPort?.postMessage(ways[kind]?.())
