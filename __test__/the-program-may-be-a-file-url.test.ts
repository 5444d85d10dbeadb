import { pathToFileURL } from 'node:url'
import test from 'ava'
import { SharedChild, spawn } from 'shared-child'
import { killAtEnd } from './support/children.js'
import { rejection, thrown } from './support/failures.js'
import { program, temporaryDirectory } from './support/files.js'
import { isWindows, notWindows, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'

testUnless(isWindows, 'a file URL names the program, percent-encoded or not', async (t) => {
  const file = program(temporaryDirectory(t), 'a program', '#!/bin/sh\necho "ran $1"\n')
  const child = killAtEnd(t, await spawn(pathToFileURL(file), ['it']))
  t.is(await textOf(child.stdout), 'ran it\n')
  t.is(child.spawnfile, file)
})

testUnless(notWindows, 'a file URL names the program, drive and all', async (t) => {
  const child = killAtEnd(t, await spawn(pathToFileURL(process.execPath), ['-p', '1 + 1']))
  t.is(await textOf(child.stdout), '2\n')
  t.is(child.spawnfile, process.execPath)
})

test.serial('any other URL is refused', async (t) => {
  const url = new URL('https://example.org/sh')
  t.true((await rejection(t, () => spawn(url))) instanceof TypeError)
  t.true(thrown(t, () => SharedChild.spawnSync(url)) instanceof TypeError)
})
