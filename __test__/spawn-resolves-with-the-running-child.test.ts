import { spawn as nodeSpawn } from 'node:child_process'
import test from 'ava'
import { SharedChild, spawn } from 'shared-child'
import { killAtEnd } from './support/children.js'
import { nodeExit } from './support/node-child.js'
import { processEntry } from './support/proc.js'
import { notLinux, testUnless } from './support/skip.js'

test.serial('pid, spawnfile and spawnargs are those of child_process', async (t) => {
  const child = killAtEnd(t, await spawn('sleep', ['1000']))
  const theirs = nodeSpawn('sleep', ['1000'])
  t.teardown(() => theirs.kill('SIGKILL'))

  t.true(child instanceof SharedChild)
  t.true(Number.isSafeInteger(child.pid) && child.pid > 1)
  t.is(child.spawnfile, theirs.spawnfile)
  t.deepEqual([...child.spawnargs], theirs.spawnargs)
})

testUnless(notLinux, 'the pid is that of a running process of ours', async (t) => {
  const child = killAtEnd(t, await spawn('sleep', ['1000']))
  const entry = processEntry(child.pid)
  t.is(entry?.parent, process.pid)
  t.regex(entry?.state ?? 'gone', /^[RSD]$/)
})

test.serial('arguments may be left out, with and without options', async (t) => {
  const bare = killAtEnd(t, await spawn('true'))
  t.deepEqual([...bare.spawnargs], ['true'])
  t.true((await bare.wait()).success)

  const silent = killAtEnd(t, await SharedChild.spawn('true', { stdio: 'ignore' }))
  t.deepEqual([...silent.spawnargs], ['true'])
  t.is(silent.stdout, null)
  t.deepEqual(await silent.wait().then(({ code, signal }) => ({ code, signal })), {
    code: (await nodeExit('true')).code,
    signal: null,
  })
})
