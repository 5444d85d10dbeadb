import fs from 'node:fs'
import path from 'node:path'
import { SharedChild } from 'shared-child'
import { failure, nodeFailure, rejection, thrown } from './support/failures.js'
import { temporaryDirectory } from './support/files.js'
import { notWindows, testUnless } from './support/skip.js'

testUnless(notWindows, 'a missing program, a directory, a name in no PATH', async (t) => {
  const directory = temporaryDirectory(t)
  for (const [file, options] of [
    ['no-such-program-anywhere', {}],
    [path.join(directory, 'missing.exe'), {}],
    [directory, {}],
    ['./missing.exe', {}],
    ['sh', { env: { PATH: directory } }],
  ] as const) {
    const ours = failure(await rejection(t, () => SharedChild.spawn(file, ['one', 'two'], options)))
    t.deepEqual(ours, await nodeFailure(file, ['one', 'two'], options), file)
    t.is(ours.code, 'ENOENT')
    t.deepEqual(failure(thrown(t, () => SharedChild.spawnSync(file, ['one', 'two'], options))), ours, file)
  }
})

testUnless(
  notWindows,
  'except for a bad working directory, which is reported as such, where child_process names the program',
  async (t) => {
    const cwd = path.join(temporaryDirectory(t), 'missing')
    t.is((await nodeFailure('sh', ['x'], { cwd })).code, 'ENOENT')
    const ours = failure(await rejection(t, () => SharedChild.spawn('sh', ['x'], { cwd })))
    t.like(ours, { code: 'ENOENT', syscall: 'chdir', path: cwd, spawnargs: ['x'] })
  },
)

testUnless(notWindows, 'a command line that is too long', async (t) => {
  const args = ['x'.repeat(32_768)]
  const ours = failure(await rejection(t, () => SharedChild.spawn('true', args)))
  t.like(ours, { code: 'ENAMETOOLONG', syscall: 'spawn true', path: 'true', spawnargs: args })
})

testUnless(notWindows, 'the working directory is not searched for a name', async (t) => {
  const cwd = temporaryDirectory(t)
  fs.copyFileSync(process.execPath, path.join(cwd, 'planted.exe'))
  t.is((await rejection(t, () => SharedChild.spawn('planted', ['-v'], { cwd }))).code, 'ENOENT')
  const child = await SharedChild.spawn('./planted', ['-p', '1 + 1'], { cwd })
  t.is((await child.output()).stdout, '2\n')
})
