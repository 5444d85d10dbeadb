import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { SharedChild, spawn, type ChildToken } from 'shared-child'

/** Returns the result of a late attach. */
async function lateStatus(token: ChildToken): Promise<string> {
  try {
    return `code ${(await SharedChild.attach(token).wait()).code}`
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** Shares children and runs them to their end; keeps only their tokens. */
async function endedChildren(count: number): Promise<{ token: ChildToken; code: number }[]> {
  const ended: { token: ChildToken; code: number }[] = []
  const one = async (code: number): Promise<void> => {
    const child = await spawn('sh', ['-c', `exit ${code}`], { stdio: 'ignore' })
    const token = child.share()
    await child.wait()
    ended.push({ token, code })
  }
  while (ended.length < count) {
    const batch = Math.min(16, count - ended.length)
    await Promise.all(Array.from({ length: batch }, (_, i) => one((ended.length + i) % 256)))
  }
  return ended
}

async function collectGarbage(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    ;(globalThis as unknown as { gc: () => void }).gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function main(): Promise<void> {
  if (!isMainThread) {
    const tokens = workerData as ChildToken[]
    parentPort?.postMessage(await Promise.all(tokens.map(lateStatus)))
    return
  }
  if (process.argv[2] === 'held') {
    const held = await spawn('sh', ['-c', 'exit 3'], { stdio: 'ignore' })
    const token = held.share()
    await held.wait()
    await endedChildren(1_100)
    await collectGarbage()
    process.stdout.write(JSON.stringify({ held: await lateStatus(token), pid: held.pid }))
    return
  }
  const [first] = await endedChildren(1)
  const ended = await endedChildren(1024)
  await collectGarbage()
  const worker = new Worker(__filename, { workerData: ended.map(({ token }) => token) })
  const [statuses] = (await once(worker, 'message')) as [string[]]
  const wrong = statuses.filter((status, i) => status !== `code ${ended[i]?.code}`)
  const oldest = first === undefined ? 'none' : await lateStatus(first.token)
  process.stdout.write(JSON.stringify({ good: statuses.length - wrong.length, wrong: wrong.slice(0, 5), oldest }))
}

void main()
