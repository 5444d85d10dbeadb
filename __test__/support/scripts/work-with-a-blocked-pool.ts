import fs from 'node:fs'
import { spawn } from 'shared-child'

/** Opening a FIFO blocks until somebody opens its other end: a job on libuv's pool that ends when this script says so. */
async function main(): Promise<void> {
  const fifo = process.argv[2] ?? ''
  let blocked = true
  const blocker = fs.promises.readFile(fifo).then(() => (blocked = false))
  // Queued behind it: if this ever ends before the other, the pool was not blocked.
  const queued = fs.promises.stat('/').then(() => (blocked = false))

  const child = await spawn('sleep', ['1000'], { stdio: 'ignore' })
  const tried = await child.tryWait()
  const timedOut = await child.waitTimeout(10)
  const killed = await child.kill()
  const { signal } = await child.wait()
  const { code } = await (await spawn('sh', ['-c', 'exit 3'])).wait()
  const { stdout: text } = await (await spawn('cat')).output({ input: 'text\n' })
  const missing = await spawn('/no/such/program').then(
    () => 'started',
    (error: NodeJS.ErrnoException) => error.code,
  )
  const poolWasBlockedAllTheTime = blocked

  fs.closeSync(fs.openSync(fifo, 'w'))
  await Promise.all([blocker, queued])
  process.stdout.write(
    JSON.stringify({ killed, signal, code, text, timedOut, tried, missing, poolWasBlockedAllTheTime }),
  )
}

void main()
