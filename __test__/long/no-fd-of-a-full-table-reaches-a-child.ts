// A host with some 20,000 inheritable fds (as many as it may have): none of them reaches a child, all of its own three or four do, and a spawn stays cheap.
//   node build/__test__/long/no-fd-of-a-full-table-reaches-a-child.js COUNT [without-close_range]
import fs from 'node:fs'
import os from 'node:os'
import { SharedChild, spawn } from 'shared-child'
import { compileLibrary, compileProgram, load } from './support/compile.js'
import { longTest } from './support/long-test.js'

const FDS = 20_000
/** Fds that are left for the spawns themselves. */
const FREE = 50
const CLOSE_RANGE = 436

function fill(): number[] {
  const fds: number[] = []
  try {
    while (fds.length < FDS + FREE) fds.push(fs.openSync('/dev/null', 'r'))
  } catch {
    // The limit is reached.
  }
  for (const fd of fds.splice(0, FREE)) fs.closeSync(fd)
  return fds
}

longTest(async ({ count, variant, expect }) => {
  const witness = compileProgram('witness')
  const libraries = [compileLibrary('inheritable'), compileLibrary('refuse')]
  const [inheritable = '', refuse = ''] = libraries
  if (variant === 'without-close_range') {
    process.env['REFUSE'] = `${CLOSE_RANGE}:0:${os.constants.errno.ENOSYS}`
    load(refuse)
  }
  const fds = fill()
  const open = fds.length
  // Also those of libuv and the reactor: in the child, all fds of this process are closed.
  await (await spawn('true')).wait()
  load(inheritable)
  const begin = performance.now()
  for (let i = 0; i < count; i++) {
    const extra = i % 2
    const code = i % 100
    const args = [`${code}`, `${3 + extra}`, '32768']
    const stdio = ['ignore', 'ignore', 'ignore', ...(extra ? (['ignore'] as const) : [])] as const
    const child = i % 3 ? await spawn(witness, args, { stdio }) : SharedChild.spawnSync(witness, args, { stdio })
    const status = await child.wait()
    expect(status.code === code, `expected code ${code}, got ${JSON.stringify(status)}`)
  }
  const each = (performance.now() - begin) / count
  for (const fd of fds) fs.closeSync(fd)
  return { openFds: open, children: count, msEach: Number(each.toFixed(1)) }
})
