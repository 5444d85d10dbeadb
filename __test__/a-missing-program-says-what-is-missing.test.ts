import path from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { SharedChild, spawn, type SpawnOptions } from 'shared-child'
import { failure, rejection, thrown } from './support/failures.js'
import { program, temporaryDirectory } from './support/files.js'
import { isWindows, testUnless } from './support/skip.js'

/** Returns what the message says after the code. Everything else is the same as in child_process. */
async function hint(t: ExecutionContext, file: string, options: SpawnOptions = {}): Promise<string> {
  const ours = failure(await rejection(t, () => spawn(file, ['arg'], options)))
  t.deepEqual(failure(thrown(t, () => SharedChild.spawnSync(file, ['arg'], options))), ours)
  const { code, syscall, path: named, spawnargs } = ours
  t.deepEqual(
    { code, syscall, named, spawnargs },
    { code: 'ENOENT', syscall: `spawn ${file}`, named: file, spawnargs: ['arg'] },
  )
  const start = `spawn ${file} ENOENT`
  t.true(ours.message.startsWith(start), ours.message)
  return ours.message.slice(start.length)
}

testUnless(isWindows, 'the interpreter of a script that is there', async (t) => {
  const directory = temporaryDirectory(t)
  const script = (name: string, text: string): string => program(directory, name, text)
  const direct = script('direct', '#!/no/such/interpreter -x\n')
  const gone = ": '" + direct + "' exists, but its interpreter '/no/such/interpreter' does not"
  t.is(await hint(t, direct), gone)
  t.is(await hint(t, './direct', { cwd: directory }), gone)
  t.is(await hint(t, 'direct', { env: { PATH: `/no/such/folder:${directory}` } }), gone)

  const windows = script('from-windows', '#!/bin/sh\r\necho\r\n')
  t.is(await hint(t, windows), `: '${windows}' exists, but its interpreter '/bin/sh\\r' does not`)
  const blanks = script('with blanks', '#! \t relative/interpreter\n')
  t.is(await hint(t, blanks), `: '${blanks}' exists, but its interpreter 'relative/interpreter' does not`)
})

testUnless(
  process.platform !== 'linux' && 'needs Linux, where interpreters may be scripts',
  'the interpreter of an interpreter',
  async (t) => {
    const directory = temporaryDirectory(t)
    const inner = program(directory, 'inner', '#!/no/such/interpreter\n')
    const outer = program(directory, 'outer', `#!${inner}\n`)
    t.is(await hint(t, outer), `: '${inner}' exists, but its interpreter '/no/such/interpreter' does not`)
  },
)

test('a command line in place of a name', async (t) => {
  const advice = (call: string): string =>
    `: there is no program of that name. Arguments go into an array: spawn(${call})`
  t.is(await hint(t, 'ls -l'), advice("'ls', [ '-l' ]"))
  t.is(await hint(t, ' /no/ls  -l a '), advice("'/no/ls', [ '-l', 'a' ]"))
})

test('nothing, where there is nothing to say', async (t) => {
  t.is(await hint(t, 'no-such-program-anywhere'), '')
  t.is(await hint(t, path.resolve('no', 'such', 'program')), '')
  t.is(await hint(t, 'no-such-program-anywhere', { env: {} }), '')
})
