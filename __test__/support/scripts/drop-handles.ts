import { spawn, SharedChild, type ChildToken } from 'shared-child'
import { childrenOf, openFds } from '../proc.js'
import { until } from '../within.js'

async function collectGarbage(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    ;(globalThis as unknown as { gc: () => void }).gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Starts children and keeps only one token. */
async function start(): Promise<ChildToken> {
  for (let i = 0; i < 9; i++)
    (await spawn('cat', { stdio: i % 2 === 0 ? 'pipe' : ['pipe', 'ignore', 'ignore'] })).unref()
  return (await spawn('sh', ['-c', 'cat; exit 3'])).unref().share()
}

async function main(): Promise<void> {
  // The fds that are made once: ours, and libuv's reserve with its first stream.
  for (let i = 0; i < 3; i++) await (await spawn('cat')).output({ input: 'text' })
  const fds = openFds().length
  const token = await start()
  await collectGarbage()
  const children = childrenOf()
  const running = children.filter(({ state }) => state !== 'Z').length

  const child = SharedChild.attach(token)
  const { status } = await child.output({ input: 'text' })
  // Nothing else refers to these children, so they are identified by their pids, as long as they have not been reaped.
  for (const { pid } of children) if (pid !== child.pid) process.kill(pid, 'SIGKILL')
  await until('all are reaped', () => childrenOf().length === 0)
  await until('their pipes are closed', () => openFds().length <= fds)
  const fdsLeft = Math.max(0, openFds().length - fds)
  process.stdout.write(
    JSON.stringify({ running, attached: `code ${status.code}`, zombies: childrenOf().length, fdsLeft }),
  )
}

void main()
