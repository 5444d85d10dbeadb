import { execFileSync, spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { SharedChild, spawn } from 'shared-child'
import { childrenOf } from '../proc.js'

async function failureOf(start: () => Promise<unknown>): Promise<object> {
  try {
    await start()
    return { code: 'none: it was started' }
  } catch (error) {
    const { code, errno, syscall, path, spawnargs } = error as NodeJS.ErrnoException & { spawnargs: string[] }
    return { code, errno, syscall, path, spawnargs }
  }
}

/** Lowers the soft limit below what this user runs already, so that no process and no thread can be added. 'cold': nothing was spawned before. */
async function main(): Promise<void> {
  if (process.argv[2] === 'warm') await (await spawn('true', ['x'])).wait()
  // Started before, with the limit of before: it can still start the prlimit that raises ours again.
  const raise = nodeSpawn('sh', ['-c', `read go; exec prlimit --pid ${process.pid} --nproc=4000:`], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  execFileSync('prlimit', ['--pid', `${process.pid}`, '--nproc=1:'])

  const failures = [
    await failureOf(() => spawn('true', ['x'])),
    await failureOf(async () => SharedChild.spawnSync('true', ['x'])),
    await failureOf(() => spawn('true', ['x'])),
  ]
  const children = childrenOf().filter(({ pid }) => pid !== raise.pid).length

  raise.stdin.end('go\n')
  await once(raise, 'exit')
  const worksAgain = (await (await spawn('true')).wait()).success && SharedChild.spawnSync('true').waitSync().success
  process.stdout.write(JSON.stringify({ failures, children, worksAgain }))
}

void main()
