import { spawn as nodeSpawn, type SpawnOptions } from 'node:child_process'
import test from 'ava'
import { start } from './support/children.js'
import { program, temporaryDirectory } from './support/files.js'
import { nodeExit } from './support/node-child.js'
import { isWindows, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'

test.serial('shell: true, with and without arguments', async (t) => {
  for (const [file, args] of [
    ['echo one; echo two | tr a-z A-Z', []],
    ['echo', ['$((1 + 2))', '&&', 'echo done']],
    ['exit 7', []],
  ] as const) {
    const child = await start(t, file, args, { shell: true })
    const theirs = nodeSpawn(file, [...args], { shell: true } satisfies SpawnOptions)
    const expected = await nodeExit(file, [...args], { shell: true })
    t.is(await textOf(child.stdout), expected.stdout)
    t.is((await child.wait()).code, expected.code)
    t.is(child.spawnfile, theirs.spawnfile)
    t.deepEqual([...child.spawnargs], theirs.spawnargs)
  }
})

testUnless(isWindows, 'shell: a path runs that shell', async (t) => {
  const shell = program(temporaryDirectory(t), 'my shell', '#!/bin/sh\nfor a do echo "[$a]"; done\n')
  const child = await start(t, 'some command', ['x'], { shell })
  t.is(await textOf(child.stdout), (await nodeExit('some command', ['x'], { shell })).stdout)
  t.is(child.spawnfile, shell)
})

test.serial('shell: false runs no shell', async (t) => {
  const child = await start(t, 'echo', ['$HOME'], { shell: false })
  t.is(await textOf(child.stdout), '$HOME\n')
})
