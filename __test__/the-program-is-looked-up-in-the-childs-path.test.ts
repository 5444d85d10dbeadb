import fs from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { SharedChild } from 'shared-child'
import { failure, nodeFailure, rejection } from './support/failures.js'
import { program, temporaryDirectory } from './support/files.js'
import { nodeExit } from './support/node-child.js'
import { isWindows, testUnless } from './support/skip.js'

testUnless(isWindows, 'the places of PATH are tried as execvp tries them', async (t) => {
  const root = temporaryDirectory(t)
  program(root, 'good/tool', '#!/bin/sh\necho good $1\n')
  program(root, 'other/tool', '#!/bin/sh\necho other $1\n')
  program(root, 'locked/tool', '#!/bin/sh\necho locked\n', 0o644)
  program(root, 'cwd/tool', '#!/bin/sh\necho cwd $1\n')
  fs.mkdirSync(path.join(root, 'folder/tool'), { recursive: true })
  const at = (...names: string[]): string => names.map((name) => (name === '' ? '' : path.join(root, name))).join(':')

  const rows: Record<string, string> = {
    'the first match wins': at('good', 'other'),
    'the order counts': at('other', 'good'),
    'a missing directory is passed over': at('nowhere', 'good'),
    'a file in the place of a directory is passed over': at('good/tool', 'other'),
    'one that may not be run is passed over': at('locked', 'good'),
    'a directory of that name is passed over': at('folder', 'good'),
    'an empty place is the working directory': at('', 'good'),
    'an empty place in the middle too': at('nowhere', '', 'good'),
    'an empty PATH is the working directory': '',
    'an empty place at the end too': at('nowhere', ''),
  }
  for (const [name, PATH] of Object.entries(rows)) {
    const options = { cwd: path.join(root, 'cwd'), env: { PATH } }
    const theirs = await nodeExit('tool', ['arg'], options)
    const child = await SharedChild.spawn('tool', ['arg'], options)
    const { stdout, status } = await child.output()
    t.deepEqual({ stdout, code: status.code }, { stdout: theirs.stdout, code: 0 }, name)
    t.not(stdout, '', name)
  }

  const failing: Record<string, string> = {
    'found, but may not be run': at('locked', 'nowhere'),
    'found nowhere': at('nowhere', 'cwd/nothing'),
    'a directory only': at('folder'),
  }
  for (const [name, PATH] of Object.entries(failing)) {
    const options = { cwd: root, env: { PATH } }
    const ours = await rejection(t, () => SharedChild.spawn('tool', ['arg'], options))
    t.deepEqual(failure(ours), await nodeFailure('tool', ['arg'], options), name)
  }
})

// glibc's execvp does this; musl's, and therefore child_process there, does not.
testUnless(isWindows, 'a script without a first line is run by sh', async (t) => {
  const root = temporaryDirectory(t)
  program(root, 'tool', 'echo no shebang $1\n')
  const child = await SharedChild.spawn('tool', ['arg'], { env: { PATH: `${root}:/usr/bin:/bin` } })
  t.is((await child.output()).stdout, 'no shebang arg\n')
})

testUnless(isWindows, "PATH of the parent plays no part when the child's is another", async (t) => {
  const root = temporaryDirectory(t)
  program(root, 'only-here', '#!/bin/sh\necho here\n')
  const child = await SharedChild.spawn('only-here', [], { env: { PATH: root } })
  t.is((await child.output()).stdout, 'here\n')
  t.is((await rejection(t, () => SharedChild.spawn('sleep', ['0'], { env: { PATH: root } }))).code, 'ENOENT')
})

test.serial('without a PATH in its environment it is looked up where child_process looks', async (t) => {
  const child = await SharedChild.spawn('sh', ['-c', 'echo found'], { env: {} })
  t.is((await child.output()).stdout, (await nodeExit('sh', ['-c', 'echo found'], { env: {} })).stdout)
})

testUnless(isWindows, 'a name with a slash is not looked up', async (t) => {
  const root = temporaryDirectory(t)
  program(root, 'cwd/sub/tool', '#!/bin/sh\necho relative to cwd\n')
  program(root, 'path/sub/tool', '#!/bin/sh\necho from PATH\n')
  const options = { cwd: path.join(root, 'cwd'), env: { PATH: path.join(root, 'path') } }
  const child = await SharedChild.spawn('sub/tool', [], options)
  t.is((await child.output()).stdout, (await nodeExit('sub/tool', [], options)).stdout)
})
