import fs from 'node:fs'
import path from 'node:path'
import { spawn } from 'shared-child'
import { temporaryDirectory } from './support/files.js'
import { notWindows, testUnless } from './support/skip.js'

const showCwd = ['-p', 'process.cwd()']

testUnless(notWindows, 'the working directory, and programs and folders that are relative to it', async (t) => {
  const [here, there] = [temporaryDirectory(t), temporaryDirectory(t)]
  fs.mkdirSync(path.join(here, 'bin'))
  fs.copyFileSync(process.execPath, path.join(here, 'bin', 'node-of-here.exe'))
  const rooted = here.slice(2) // without the drive
  const before = process.cwd()
  const env = { ...process.env, PATH: `bin;${process.env['PATH']}` } as Record<string, string>
  try {
    for (const [file, options, cwd] of [
      [process.execPath, {}, here],
      ['bin/node-of-here', {}, here],
      ['.\\bin\\node-of-here.exe', { cwd: '.' }, here],
      ['node-of-here', { env }, here],
      ['node-of-here', { cwd: 'bin', env: { ...env, PATH: '.' } }, path.join(here, 'bin')],
      [process.execPath, { cwd: 'bin' }, path.join(here, 'bin')],
      [process.execPath, { cwd: rooted }, here],
      [`${here.slice(0, 2)}bin\\node-of-here`, {}, here],
      [`${rooted}\\bin\\node-of-here`, {}, here],
    ] as const) {
      process.chdir(here)
      const spawning = spawn(file, showCwd, options)
      process.chdir(there)
      t.is(
        (await (await spawning).output()).stdout.trim().toLowerCase(),
        cwd.toLowerCase(),
        `${file} ${JSON.stringify(options)}`,
      )
    }
  } finally {
    process.chdir(before)
  }
})

testUnless(notWindows, 'the variables that a child gets without being given them', async (t) => {
  const before = process.env['TEMP']
  t.teardown(() => void (process.env['TEMP'] = before))
  process.env['TEMP'] = 'C:\\of-the-call'
  const spawning = spawn(process.execPath, ['-p', 'process.env.TEMP'], { env: {} })
  process.env['TEMP'] = 'C:\\of-later'
  t.is((await (await spawning).output()).stdout.trim(), 'C:\\of-the-call')
})
