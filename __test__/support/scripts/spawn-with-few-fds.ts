import fs from 'node:fs'
import { SharedChild, spawn } from 'shared-child'
import { settled } from '../leaks.js'
import { childrenOf, openFds } from '../proc.js'
import { until } from '../within.js'

/** Spawns with 0, 1, 2, ... free fds. 'warm': the threads and fds that the package makes once are there already. */
async function main(): Promise<void> {
  const [, , when, way] = process.argv
  const run = async (): Promise<void> => {
    const child = way === 'spawn' ? await spawn('true', ['x']) : SharedChild.spawnSync('true', ['x'])
    await child.wait()
  }
  if (when === 'warm') {
    await run()
    await run()
  }
  await settled()
  const fdsBefore = openFds().length
  const rows = []
  for (let free = 0; free <= 20; free++) {
    // Otherwise an fd that is closed later would be one more than `free`.
    await settled()
    const filled = fill()
    for (const fd of filled.splice(0, free)) fs.closeSync(fd)
    let failed = null
    try {
      await run()
    } catch (error) {
      const { code, errno, syscall, path, spawnargs } = error as NodeJS.ErrnoException & { spawnargs: string[] }
      failed = { code, errno, syscall, path, spawnargs }
    }
    // Another thread may still be about to close the last of them; a leak stays.
    let freeNow = fill()
    const allAreFree = (): boolean => {
      for (const fd of freeNow) fs.closeSync(fd)
      freeNow = fill()
      return freeNow.length >= free
    }
    if (when === 'warm') await until('as many are free as before', allAreFree).catch(() => undefined)
    for (const fd of [...filled, ...freeNow]) fs.closeSync(fd)
    rows.push({ free, failed, fdsLeft: free - freeNow.length, children: childrenOf().length })
  }
  await run()
  // Before process.stdout is touched: libuv opens a reserve fd with its first stream.
  await settled()
  const fdsAfter = openFds().length
  process.stdout.write(JSON.stringify({ rows, fdsBefore, fdsAfter, worksAgain: true }))
}

/** Opens files until there is no fd left. */
function fill(): number[] {
  const fds: number[] = []
  try {
    for (;;) fds.push(fs.openSync('/dev/null', 'r'))
  } catch {
    return fds
  }
}

void main()
