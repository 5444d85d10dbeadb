import path from 'node:path'
import { spawn } from 'shared-child'
import { rejection } from './support/failures.js'
import { program, temporaryDirectory } from './support/files.js'
import { notWindows, testUnless } from './support/skip.js'

// Windows removes blanks and dots from the end of a name (CVE-2024-43402). Only the arguments of a batch file may contain no line
// break, so the refusal shows that the file was recognized as one; unit tests of the core cover the escaping.
testUnless(notWindows, 'with blanks and dots after it: its arguments are escaped all the same', async (t) => {
  const directory = temporaryDirectory(t)
  program(directory, 'a.bat', '@echo got %1\r\n')
  program(directory, 'b.cmd', '@echo got %1\r\n')
  const env = { PATH: directory }
  for (const name of ['a.bat', 'a.bat ', 'a.bat.', 'a.bat. .', 'A.BaT..', 'b.cmd  ', 'b.CMD.']) {
    for (const [file, options] of [
      [path.join(directory, name), {}],
      [`./${name}`, { cwd: directory }],
      [name, { env }],
    ] as const) {
      const { stdout } = await (await spawn(file, ['word'], options)).output()
      t.is(stdout.trim(), 'got word', file)
      t.is((await rejection(t, () => spawn(file, ['line\nbreak'], options))).code, 'EINVAL', file)
    }
  }
})
