import fs from 'node:fs'
import { SharedChild, spawn } from 'shared-child'

/** Spawns as another user, many at a time, reports its own ids, and then causes a core dump. */
async function main(): Promise<void> {
  const how = process.argv[2]
  const options = { uid: 1234, gid: 1234, groups: [], stdio: 'ignore' } as const
  for (let i = 0; i < 5; i++) {
    if (how === 'spawn') {
      const children = await Promise.all(Array.from({ length: 10 }, () => spawn('true', options)))
      await Promise.all(children.map((child) => child.wait()))
    }
    if (how === 'spawnSync') SharedChild.spawnSync('true', options).waitSync()
    if (how === 'failing') {
      await Promise.allSettled(Array.from({ length: 10 }, () => spawn('/no/such/program', options)))
    }
  }
  fs.writeSync(1, `${process.getuid?.()} ${process.geteuid?.()} ${process.getgid?.()} ${process.getegid?.()}\n`)
  // The dump contains no memory, which makes it small.
  fs.writeFileSync('/proc/self/coredump_filter', '0')
  process.abort()
}

void main()
