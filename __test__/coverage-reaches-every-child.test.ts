import { spawnSync } from 'node:child_process'
import path from 'node:path'
import type { ExecutionContext } from 'ava'
import { start } from './support/children.js'
import { temporaryDirectory } from './support/files.js'
import { emulated, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'

const name = 'NODE_V8_COVERAGE'
const inherits = (value: string): NodeJS.ProcessEnv => Object.create({ ONLY: 'this', [name]: value })

/** Returns what a child sees, and checks that a child of child_process sees the same. */
async function seen(t: ExecutionContext, given: NodeJS.ProcessEnv | undefined): Promise<string | undefined> {
  const args = ['-p', `process.env.${name}`]
  // A copy, because child_process writes into the environment that it is given.
  const copy = given && Object.assign(Object.create(Object.getPrototypeOf(given)), given)
  const theirs = String(spawnSync(process.execPath, args, { env: copy }).stdout)
  const before = JSON.stringify(given)
  const child = await start(t, process.execPath, args, { ...(given && { env: given }) })
  t.is(await textOf(child.stdout), theirs)
  t.is(JSON.stringify(given), before, 'what was given is not written to')
  return theirs.trim()
}

const noOtherEnvironment = emulated('qemu', 'it finds the libraries of a Node.js child by an environment variable')

for (const has of ['one', 'an empty one', 'none'] as const) {
  testUnless(noOtherEnvironment, `where this process has ${has}`, async (t) => {
    // Children that are Node do write their coverage there.
    const directory = temporaryDirectory(t)
    const folder = (below: string): string => path.join(directory, below)
    const value = { one: folder('here'), 'an empty one': '', none: undefined }[has]
    const before = process.env[name]
    t.teardown(() => {
      if (before === undefined) delete process.env[name]
      else process.env[name] = before
    })
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
    const ours = value || 'undefined'
    t.is(await seen(t, undefined), value ?? 'undefined')
    t.is(await seen(t, { ONLY: 'this' }), ours)
    t.is(await seen(t, {}), ours)
    t.is(await seen(t, { [name]: folder('elsewhere') }), folder('elsewhere'))
    t.is(await seen(t, { [name]: '' }), '')
    t.is(await seen(t, { [name]: undefined }), 'undefined')
    t.is(await seen(t, inherits(folder('inherited'))), value || folder('inherited'))
  })
}
