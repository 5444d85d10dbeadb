import fs from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { run, SharedChild, spawn, type SpawnOptions } from 'shared-child'
import { start } from './support/children.js'
import { rejection } from './support/failures.js'
import { temporaryDirectory } from './support/files.js'
import { runHost } from './support/scripts.js'
import { isWindows, notLinux, testUnless } from './support/skip.js'

/** Writes on both in turn. */
const both = [
  '-e',
  `for (let i = 0; i < 100; i++) { require('node:fs').writeSync(1, 'o' + i + ' '); require('node:fs').writeSync(2, 'e' + i + ' ') }`,
]
const inOrder = Array.from({ length: 100 }, (_, i) => `o${i} e${i} `).join('')

// One after the other, because on Windows a child that child_process starts at the same time gets our child's pipes, too.

test.serial('of a pipe: all of it comes in order, and there is no stderr', async (t) => {
  const { stdout, stderr, drained } = await run(process.execPath, both, { stdio: ['ignore', 'pipe', 'stdout'] })
  t.deepEqual({ stdout, stderr, drained }, { stdout: inOrder, stderr: '', drained: true })
  const child = SharedChild.spawnSync(process.execPath, both, { stdio: [null, null, 'stdout'] })
  t.is(child.stderr, null)
  t.is(child.takeStderr(), null)
  t.deepEqual(child.stdio.map(Boolean), [true, true, false])
  t.is((await child.output()).stdout, inOrder)
})

test.serial('of a file: both share its position', async (t) => {
  const file = path.join(temporaryDirectory(t), 'log')
  const fd = fs.openSync(file, 'w')
  await (await spawn(process.execPath, both, { stdio: ['ignore', fd, 'stdout'] })).wait()
  fs.closeSync(fd)
  t.is(fs.readFileSync(file, 'utf8'), inOrder)
})

testUnless(isWindows, 'of a stream that the child was given', async (t) => {
  const reader = await start(t, 'cat')
  await (await spawn(process.execPath, both, { stdio: ['ignore', reader.stdin, 'stdout'] })).wait()
  t.is((await reader.output()).stdout, inOrder)
})

test.serial('of what it inherits', async (t) => {
  const script = `
    const { spawn } = require('shared-child')
    spawn(process.execPath, ${JSON.stringify(both)}, { stdio: ['ignore', 'inherit', 'stdout'] }).then((child) => child.wait())`
  const { stdout, stderr } = await runHost(t, [process.execPath, '-e', script]).ended
  t.deepEqual({ stdout, stderr }, { stdout: inOrder, stderr: '' })
})

testUnless(notLinux, 'of whatever fd 1 is, and for fds above 2, too', async (t) => {
  const script = `
    const fs = require('node:fs')
    const links = [1, 2, 3].map((fd) => fs.readlinkSync('/proc/self/fd/' + fd))
    fs.writeFileSync(process.argv[1], JSON.stringify(links))`
  const folder = temporaryDirectory(t)
  const file = path.join(folder, 'links')
  const log = fs.openSync(path.join(folder, 'log'), 'w')
  t.teardown(() => fs.closeSync(log))
  for (const [fd1, link] of [
    ['pipe', /^pipe:/],
    ['ignore', /^\/dev\/null$/],
    [log, /log$/],
    // Our stdout becomes its fds 1 and 3, and our stderr is not used; and the other way round.
    ['inherit', new RegExp(`^${fs.readlinkSync('/proc/self/fd/1').replaceAll(/\W/g, '\\$&')}$`)],
    [2, new RegExp(`^${fs.readlinkSync('/proc/self/fd/2').replaceAll(/\W/g, '\\$&')}$`)],
  ] as const) {
    const stdio = ['ignore', fd1, 'stdout', 'stdout'] as const
    t.true((await (await start(t, process.execPath, ['-e', script, file], { stdio })).wait()).success)
    const [first = '', ...others] = JSON.parse(fs.readFileSync(file, 'utf8')) as string[]
    t.regex(first, link)
    t.deepEqual(others, [first, first], String(fd1))
  }
})

test.serial('fd 0 and 1 cannot be', async (t) => {
  for (const stdio of [
    'stdout',
    ['stdout'],
    ['pipe', 'stdout'],
    ['stdout', 'pipe', 'pipe'],
  ] as SpawnOptions['stdio'][]) {
    const error = await rejection(t, () => spawn(process.execPath, both, { stdio }))
    t.is(error.code, 'ERR_INVALID_ARG_VALUE')
    t.regex(error.message, /stdio\[[01]\]' can be 'stdout' from fd 2 on/)
  }
})
