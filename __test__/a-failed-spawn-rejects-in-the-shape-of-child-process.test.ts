import path from 'node:path'
import test from 'ava'
import { SharedChild } from 'shared-child'
import { failure, nodeFailure, rejection, thrown } from './support/failures.js'
import { program, temporaryDirectory } from './support/files.js'
import { leavesNothing } from './support/leaks.js'
import { isWindows, testUnless } from './support/skip.js'

testUnless(isWindows, 'a missing program, a directory, a file that may not be run', async (t) => {
  const directory = temporaryDirectory(t)
  const locked = program(directory, 'locked', '#!/bin/sh\n', 0o644)
  const noInterpreter = program(directory, 'no-interpreter', '#!/no/such/interpreter\n')
  const rows: Record<string, { file: string; code: string }> = {
    'a missing name': { file: 'no-such-program-anywhere', code: 'ENOENT' },
    'a missing path': { file: path.join(directory, 'missing'), code: 'ENOENT' },
    'a missing relative path': { file: './missing', code: 'ENOENT' },
    'a missing interpreter': { file: noInterpreter, code: 'ENOENT' },
    'a directory': { file: directory, code: 'EACCES' },
    'a file that may not be run': { file: locked, code: 'EACCES' },
    'a name longer than a name may be': { file: `/${'x'.repeat(300)}`, code: 'ENAMETOOLONG' },
    'a path through a file': { file: path.join(locked, 'x'), code: 'ENOTDIR' },
  }
  for (const [name, { file, code }] of Object.entries(rows)) {
    const args = ['one', 'two']
    // Not the PATH of the user who runs the tests: with a folder in it that may not be searched, a missing name is EACCES.
    const options = { env: { PATH: '/usr/bin:/bin' } }
    const theirs = await nodeFailure(file, args, options)
    const ours = failure(await rejection(t, () => SharedChild.spawn(file, args, options)))
    const sync = failure(thrown(t, () => SharedChild.spawnSync(file, args, options)))
    t.deepEqual(sync, ours, name)
    t.is(ours.code, code, name)
    // Another test covers what comes after the code.
    if (file === noInterpreter) ours.message = ours.message.replace(/ENOENT: .*/, 'ENOENT')
    // child_process emits some errors and throws others, without path and arguments; of these, only the error itself can be compared.
    if (theirs.path === undefined) t.is(ours.errno, theirs.errno, name)
    else t.deepEqual(ours, theirs, name)
    t.deepEqual(
      ours,
      {
        name: 'Error',
        message: `spawn ${file} ${code}`,
        code,
        errno: ours.errno,
        syscall: `spawn ${file}`,
        path: file,
        spawnargs: args,
      },
      name,
    )
  }
})

testUnless(isWindows, 'an fd that is not open', async (t) => {
  const expected = { name: 'Error', code: 'EBADF', errno: -9, syscall: 'spawn true', path: 'true', spawnargs: ['x'] }
  for (const stdio of [
    [9_999],
    ['ignore', 9_999],
    ['ignore', 'ignore', { fd: 9_999 }],
    ['ignore', 'ignore', 'ignore', 9_999],
  ] as const) {
    t.is(
      (
        await nodeFailure('true', ['x'], {
          stdio: stdio.map((entry) => (typeof entry === 'object' ? entry.fd : entry)),
        })
      ).code,
      'EBADF',
    )
    t.like(failure(await rejection(t, () => SharedChild.spawn('true', ['x'], { stdio }))), expected)
    t.like(failure(thrown(t, () => SharedChild.spawnSync('true', ['x'], { stdio }))), expected)
  }
})

testUnless(isWindows, 'and leaves no fd, no child and no zombie', async (t) => {
  const directory = temporaryDirectory(t)
  await leavesNothing(t, async () => {
    await rejection(t, () =>
      SharedChild.spawn('no-such-program-anywhere', [], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] }),
    )
    await rejection(t, () => SharedChild.spawn(directory))
    thrown(t, () => SharedChild.spawnSync('/no/such/program'))
  })
})

test('the stack shows the caller', async (t) => {
  async function theCaller(): Promise<void> {
    await SharedChild.spawn('no-such-program-anywhere')
  }
  t.regex((await rejection(t, theCaller)).stack ?? '', /theCaller/)
  function theSyncCaller(): void {
    SharedChild.spawnSync('no-such-program-anywhere')
  }
  t.regex(thrown(t, theSyncCaller).stack ?? '', /theSyncCaller/)
})
