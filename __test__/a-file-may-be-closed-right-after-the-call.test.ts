import fs from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { SharedChild } from 'shared-child'
import { temporaryDirectory } from './support/files.js'

/** A shell is quicker than Node, but not every shell of Windows knows the fds above 2. */
const writer = (i: number): [string, string[]] =>
  process.platform === 'win32'
    ? [process.execPath, ['-e', `fs.writeSync(1, 'out ${i}\\n'); fs.writeSync(3, 'extra ${i}\\n')`]]
    : ['sh', ['-c', `echo out ${i}; echo extra ${i} >&3`]]

test('fds given to spawn, at 0 to 2 and above, are only needed during the call', async (t) => {
  const directory = temporaryDirectory(t)
  const children = []
  for (let i = 0; i < 20; i++) {
    const out = fs.openSync(path.join(directory, `out${i}`), 'w')
    const extra = fs.openSync(path.join(directory, `extra${i}`), 'w')
    children.push(
      SharedChild.spawn(...writer(i), {
        stdio: ['ignore', out, 'inherit', extra],
      }),
    )
    fs.closeSync(out)
    fs.closeSync(extra)
    // Takes the very numbers that were just freed.
    children.push(SharedChild.spawn('true', [], { stdio: ['ignore', 'pipe', 'inherit'] }))
  }
  for (const child of children) t.is((await (await child).wait()).code, 0)
  for (let i = 0; i < 20; i++) {
    t.is(fs.readFileSync(path.join(directory, `out${i}`), 'utf8'), `out ${i}\n`)
    t.is(fs.readFileSync(path.join(directory, `extra${i}`), 'utf8'), `extra ${i}\n`)
  }
})
