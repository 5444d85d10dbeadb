import fs from 'node:fs'
import path from 'node:path'
import { SharedChild, spawn } from 'shared-child'
import { rejection } from './support/failures.js'
import { temporaryDirectory } from './support/files.js'
import { scriptPath } from './support/scripts.js'
import { emulated, notWindows, testUnless } from './support/skip.js'

const hostile = [
  'plain',
  'a b',
  '"',
  '""',
  'a"b',
  '\\',
  '\\\\',
  '\\"',
  'a\\\\"b c\\',
  'a b\\\\',
  '%PATH%',
  '^&|<>()!',
  '"&echo injected',
  '" & echo injected & "',
  '/c',
  '--',
]

testUnless(notWindows, 'at a program', async (t) => {
  const args = [scriptPath('print-arguments'), '', ...hostile, 'line\nbreak', 'tab\there', 'ünï©ødé', '🦀']
  for (const way of ['spawn', 'spawnSync'] as const) {
    const child = await SharedChild[way](process.execPath, args)
    t.deepEqual(JSON.parse((await child.output()).stdout), args.slice(1))
  }
})

// A unit test of the core checks its command line: a_batch_file_gets_no_chance_to_run_anything_else.
testUnless(
  notWindows || emulated('wine', 'its cmd.exe takes quotes apart by rules of its own'),
  'at a batch file, which runs nothing else',
  async (t) => {
    const directory = temporaryDirectory(t)
    const file = path.join(directory, 'a batch file.cmd')
    fs.writeFileSync(file, `@"${process.execPath}" "${scriptPath('print-arguments')}" %*\r\n`)
    for (const arg of hostile) {
      const { stdout } = await (await spawn(file, [arg], { cwd: directory })).output()
      t.deepEqual(JSON.parse(stdout), [arg])
    }
    t.deepEqual(fs.readdirSync(directory), ['a batch file.cmd'])
  },
)

testUnless(notWindows, 'a batch file runs; what no quoting carries to it is refused', async (t) => {
  const file = path.join(temporaryDirectory(t), 'a batch file.cmd')
  fs.writeFileSync(file, '@echo got %1\r\n@exit /b 7\r\n')
  const { stdout, status } = await (await spawn(file, ['word'])).output()
  t.deepEqual({ stdout: stdout.trimEnd(), code: status.code }, { stdout: 'got word', code: 7 })
  t.is((await rejection(t, () => spawn(file, ['line\nbreak']))).code, 'EINVAL')
})
