import fs from 'node:fs'
import path from 'node:path'
import { SharedChild, spawn } from 'shared-child'
import { rejection } from './support/failures.js'
import { program, temporaryDirectory } from './support/files.js'
import { missing, notWindows, testUnless } from './support/skip.js'

const batch = (directory: string, name: string): string => program(directory, name, `@echo ${name} got %1\r\n`)

async function said(file: string, options: { cwd?: string; env?: Record<string, string> } = {}): Promise<string> {
  const { stdout, status } = await (await spawn(file, ['x'], options)).output()
  return `${stdout.trim()}, ${status.code}`
}

testUnless(notWindows, 'as npx and npm come: a script for other systems beside a batch file', async (t) => {
  const directory = temporaryDirectory(t)
  program(directory, 'npx', '#!/bin/sh\n')
  program(directory, 'npx.ps1', 'exit\n')
  batch(directory, 'npx.cmd')
  const PATH = `${directory};${process.env['PATH']}`
  t.is(await said('npx', { env: { PATH } }), 'npx.cmd got x, 0')
  t.is(await said('npx.cmd', { env: { PATH } }), 'npx.cmd got x, 0')
  t.is(await said(path.join(directory, 'npx')), 'npx.cmd got x, 0')
  t.is(await said('./npx', { cwd: directory }), 'npx.cmd got x, 0')
  const sync = SharedChild.spawnSync('npx', ['x'], { env: { PATH } })
  t.is((await sync.output()).stdout.trim(), 'npx.cmd got x')
})

testUnless(notWindows, 'in the order of the child’s PATHEXT, of which nothing runs that cannot', async (t) => {
  const directory = temporaryDirectory(t)
  for (const name of ['tool.bat', 'tool.cmd']) batch(directory, name)
  program(directory, 'tool.js', 'throw 1\n')
  const as = (PATHEXT: string) => said('tool', { env: { PATH: directory, PATHEXT } })
  t.is(await as('.EXE;.BAT;.CMD'), 'tool.bat got x, 0')
  t.is(await as('.JS;.CMD;.BAT'), 'tool.cmd got x, 0')
  t.is((await rejection(t, () => as('.JS;.EXE'))).code, 'ENOENT')
})

testUnless(notWindows || missing('true.exe'), 'a folder is searched to its end before the next', async (t) => {
  const [first, second] = [temporaryDirectory(t), temporaryDirectory(t)]
  batch(first, 'true.cmd')
  t.is(await said('true', { env: { PATH: `${first};${process.env['PATH']}` } }), 'true.cmd got x, 0')
  t.is(await said('true', { env: { PATH: `${second};${process.env['PATH']};${first}` } }), ', 0')
})

testUnless(notWindows, 'never in the working directory', async (t) => {
  const [cwd, empty] = [temporaryDirectory(t), temporaryDirectory(t)]
  for (const name of ['planted.cmd', 'planted.bat', 'planted']) batch(cwd, name)
  fs.copyFileSync(process.execPath, path.join(cwd, 'planted.exe'))
  const before = process.cwd()
  process.chdir(cwd)
  try {
    for (const PATH of [empty, '', ';;', `;${empty};`]) {
      for (const options of [{ env: { PATH } }, { env: { PATH }, cwd }]) {
        for (const name of ['planted', 'planted.cmd', 'planted.exe']) {
          t.is((await rejection(t, () => spawn(name, [], options))).code, 'ENOENT', `${name}, PATH ${PATH}`)
        }
      }
    }
  } finally {
    process.chdir(before)
  }
})

testUnless(notWindows, 'a folder is no program, whatever stands beside it', async (t) => {
  const directory = temporaryDirectory(t)
  const tools = path.join(directory, 'tools')
  fs.mkdirSync(tools)
  for (const name of ['tools.exe', 'tools.com']) fs.copyFileSync(process.execPath, path.join(directory, name))
  const env = { PATH: tools }
  for (const name of ['.', '..', './', '. ', '...', tools + '\\', path.join(tools, '.') + '\\.', 'C:']) {
    const error = await rejection(t, () => spawn(name, ['-v'], { env, cwd: tools }))
    t.like(error, { code: 'ENOENT', syscall: `spawn ${name}`, path: name })
  }
})
