import { parentPort, workerData } from 'node:worker_threads'
import { SharedChild, type ChildToken, type Signal } from 'shared-child'

/** Reports what it sees of the child that it gets, and kills the child when it is told to. */
const { token, signal } = workerData as { token: ChildToken; signal: Signal }
const child = SharedChild.attach(token)
parentPort?.postMessage({
  pid: child.pid,
  spawnfile: child.spawnfile,
  spawnargs: [...child.spawnargs],
  stdio: child.stdio.map(Boolean),
  running: child.tryWaitSync() === null,
})
parentPort?.once('message', () => {
  const sent = child.killSync(signal)
  void child.wait().then((status) => parentPort?.postMessage({ sent, status }))
})
