import fs from 'node:fs'
import path from 'node:path'
import { SharedChild, spawn } from 'shared-child'
import { rejection } from './support/failures.js'
import { temporaryDirectory } from './support/files.js'
import { emulated, notWindows, testUnless } from './support/skip.js'

/** A folder with a path of that many characters. */
function folderOf(length: number, below: string): string {
  let folder = below
  while (length - folder.length > 200) folder = path.join(folder, 'a long name '.padEnd(100, 'x'))
  folder = path.join(folder, 'y'.repeat(length - folder.length - 1))
  fs.mkdirSync(folder, { recursive: true })
  return folder
}

testUnless(notWindows, 'around the limit of 260 characters, and beyond it', async (t) => {
  const directory = temporaryDirectory(t)
  fs.writeFileSync(path.join(directory, 'mark'), '')
  for (const length of [200, 257, 258, 259, 260, 261, 300, 600]) {
    const cwd = folderOf(length, directory)
    t.is(cwd.length, length)
    fs.writeFileSync(path.join(cwd, 'mark'), String(length))
    let child
    try {
      child = await spawn(process.execPath, ['-p', "fs.readFileSync('mark', 'utf8')"], { cwd })
    } catch (error) {
      // A volume may have no short names. Then it cannot work, and the error says so.
      t.true(length > 258)
      t.like(error, { code: 'ENAMETOOLONG', syscall: 'chdir', path: cwd })
      continue
    }
    t.is((await child.output()).stdout.trim(), String(length))
  }
})

testUnless(notWindows, 'a missing one is reported as such, however long', async (t) => {
  const cwd = path.join(folderOf(300, temporaryDirectory(t)), 'missing')
  t.like(await rejection(t, () => spawn(process.execPath, [], { cwd })), {
    code: 'ENOENT',
    syscall: 'chdir',
    path: cwd,
  })
})

const wine = emulated('wine', 'starts no program with a path of 260 characters or more, nor for child_process')

testUnless(notWindows || wine, 'a program may have a long path, too', async (t) => {
  const file = path.join(folderOf(300, temporaryDirectory(t)), 'long.exe')
  fs.copyFileSync(process.execPath, file)
  const child = await SharedChild.spawn(file, ['-p', '1 + 1'])
  t.is((await child.output()).stdout, '2\n')
})
