import fs from 'node:fs'
import path from 'node:path'
import { SharedChild, spawn } from 'shared-child'
import { temporaryDirectory } from './support/files.js'
import { scriptPath } from './support/scripts.js'
import { missing, notWindows, testUnless } from './support/skip.js'

const strings = ['\ud800', 'a\udc00b', '\udc00\ud800', '\ud83e\udd80 \ud83e', 'ünï ﹏', '\uffff\ue000']

/** Of a line of hexadecimal numbers. */
const unitsOf = (line: string): string =>
  String.fromCharCode(
    ...line
      .trim()
      .split(' ')
      .map((unit) => Number.parseInt(unit, 16)),
  )

testUnless(notWindows || missing('command-line.exe'), 'half of a surrogate pair, too', async (t) => {
  for (const string of strings) {
    for (const way of ['spawn', 'spawnSync'] as const) {
      const child = await SharedChild[way]('command-line', [string])
      const quoted = string.includes(' ') ? `"${string}"` : string
      t.is(unitsOf((await child.output()).stdout), `command-line ${quoted}`)
      t.deepEqual([...SharedChild.attach(child.share()).spawnargs], ['command-line', string])
    }
  }
})

testUnless(notWindows, 'Node, whose strings are UTF-8 on the way, sees what it sees of child_process', async (t) => {
  const child = await spawn(process.execPath, [scriptPath('print-arguments'), ...strings])
  t.deepEqual(
    JSON.parse((await child.output()).stdout),
    strings.map((string) => Buffer.from(string).toString()),
  )
})

testUnless(notWindows, 'in names and values of the environment, and in the working directory', async (t) => {
  const cwd = path.join(temporaryDirectory(t), 'ünï ﹏ 🦀')
  fs.mkdirSync(cwd)
  const env = { ...process.env, NÄME: 'välue ﹏ 🦀', PATHEXT: '' } as Record<string, string>
  const child = await spawn(process.execPath, ['-p', "process.env['NÄME'] + path.basename(process.cwd())"], {
    cwd,
    env,
  })
  t.is((await child.output()).stdout.trim(), 'välue ﹏ 🦀ünï ﹏ 🦀')
})
