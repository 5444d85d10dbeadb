import { spawn as nodeSpawn } from 'node:child_process'
import test from 'ava'
import { start } from './support/children.js'
import { notLinux, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'

testUnless(notLinux, 'argv0 replaces the first entry of argv only', async (t) => {
  const child = await start(t, 'cat', ['/proc/self/cmdline'], { argv0: 'somebody else' })
  t.is(await textOf(child.stdout), 'somebody else\0/proc/self/cmdline\0')
})

test('spawnfile and spawnargs are as in child_process', async (t) => {
  const child = await start(t, 'true', ['x'], { argv0: 'somebody else' })
  const theirs = nodeSpawn('true', ['x'], { argv0: 'somebody else' })
  t.is(child.spawnfile, theirs.spawnfile)
  t.deepEqual([...child.spawnargs], theirs.spawnargs)
})

testUnless(notLinux, 'an empty argv0 is an empty argv0', async (t) => {
  const child = await start(t, 'cat', ['/proc/self/cmdline'], { argv0: '' })
  t.is(await textOf(child.stdout), '\0/proc/self/cmdline\0')
})
