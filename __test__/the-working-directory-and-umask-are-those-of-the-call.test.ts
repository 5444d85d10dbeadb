import fs from 'node:fs'
import path from 'node:path'
import { SharedChild, spawn } from 'shared-child'
import { temporaryDirectory } from './support/files.js'
import { nodeExit } from './support/node-child.js'
import { report, runScript } from './support/scripts.js'
import { isWindows, testUnless } from './support/skip.js'

interface Seen {
  readonly expected: string[]
  readonly seen: string[]
  /** Whether process.chdir and process.umask are Node's own again. */
  readonly untouched: boolean
}

for (const where of ['main thread', 'worker']) {
  testUnless(isWindows, `of a call in the ${where}, whatever the process does next`, async (t) => {
    const host = runScript(t, 'change-surroundings-after-spawning', [where.split(' ')[0]!, temporaryDirectory(t)])
    const { expected, seen, untouched } = await report<Seen>(t, host)
    t.deepEqual(seen, expected)
    t.true(untouched)
  })
}

const pwd = async (cwd: string): Promise<string> => (await (await spawn('/bin/pwd', ['-P'], { cwd })).output()).stdout

testUnless(isWindows, 'a relative cwd is resolved by the system, through links', async (t) => {
  const root = temporaryDirectory(t)
  fs.mkdirSync(path.join(root, 'real', 'below'), { recursive: true })
  fs.symlinkSync(path.join('real', 'below'), path.join(root, 'link'))
  const before = process.cwd()
  process.chdir(root)
  try {
    t.is(await pwd('link/..'), `${path.join(root, 'real')}\n`)
    t.is((await nodeExit('/bin/pwd', ['-P'], { cwd: 'link/..' })).stdout, await pwd('link/..'))
    const child = SharedChild.spawnSync('/bin/pwd', ['-P'], { cwd: 'link/..' })
    t.is((await child.output()).stdout, `${path.join(root, 'real')}\n`)
  } finally {
    process.chdir(before)
  }
})

testUnless(isWindows, 'a working directory that was deleted is one all the same', async (t) => {
  const root = temporaryDirectory(t)
  const gone = path.join(root, 'gone')
  fs.mkdirSync(gone)
  const before = process.cwd()
  process.chdir(gone)
  try {
    fs.rmdirSync(gone)
    for (const options of [{}, { cwd: '.' }, { cwd: '' }]) {
      t.true((await (await spawn('/bin/true', options)).wait()).success)
      t.true(SharedChild.spawnSync('/bin/true', options).waitSync().success)
    }
  } finally {
    process.chdir(before)
  }
})

testUnless(isWindows, 'two copies of the package do not wrap process.chdir() again and again', async (t) => {
  const { differ, before, after } = await report<{ differ: boolean; before: number; after: number }>(
    t,
    runScript(t, 'spawn-from-two-copies', []),
  )
  t.true(differ)
  t.true(after <= before + 2, `${before}, then ${after}`)
})
