import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { SharedChild, type SpawnOptions } from 'shared-child'
import { failure, rejection, thrown } from './support/failures.js'
import { temporaryDirectory } from './support/files.js'
import { leavesNothing } from './support/leaks.js'
import { isWindows, testUnless } from './support/skip.js'

testUnless(isWindows, 'a missing one and a file, for programs that are there and that are not', async (t) => {
  const directory = temporaryDirectory(t)
  const file = path.join(directory, 'file')
  const missing = path.join(directory, 'missing')
  fs.writeFileSync(file, '')
  const rows = [
    { cwd: missing, code: 'ENOENT', errno: -2 },
    { cwd: file, code: 'ENOTDIR', errno: -20 },
    { cwd: path.join(file, 'below'), code: 'ENOTDIR', errno: -20 },
  ]
  for (const { cwd, code, errno } of rows) {
    for (const program of ['true', '/bin/sh', 'no-such-program-anywhere']) {
      const expected = { name: 'Error', code, errno, syscall: 'chdir', path: cwd, spawnargs: ['arg'] }
      for (const given of [cwd, pathToFileURL(cwd)]) {
        const options: SpawnOptions = { cwd: given }
        const ours = failure(await rejection(t, () => SharedChild.spawn(program, ['arg'], options)))
        const sync = failure(thrown(t, () => SharedChild.spawnSync(program, ['arg'], options)))
        t.like(ours, expected)
        t.true(ours.message.includes('chdir') && ours.message.includes(code), ours.message)
        t.deepEqual(sync, ours)
      }
    }
  }
  await leavesNothing(t, () => rejection(t, () => SharedChild.spawn('true', [], { cwd: missing })))
})

testUnless(isWindows, 'a missing program in a good directory is still a missing program', async (t) => {
  const cwd = temporaryDirectory(t)
  const error = failure(await rejection(t, () => SharedChild.spawn('./no-such-program', [], { cwd })))
  t.like(error, { code: 'ENOENT', syscall: 'spawn ./no-such-program', path: './no-such-program' })
})
