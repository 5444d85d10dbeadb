import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { SharedChild, spawn, type SpawnOptions } from 'shared-child'
import { nodeFailure, rejection, thrown } from './support/failures.js'
import { temporaryDirectory } from './support/files.js'
import { leavesNothing } from './support/leaks.js'

test('in file, arguments, environment, cwd, argv0 and shell, as child_process refuses them', async (t) => {
  const directory = temporaryDirectory(t)
  const marker = path.join(directory, 'started')
  const command = `echo started > '${marker}'`
  const url = pathToFileURL(directory)
  url.pathname += '%00'
  const rows: Record<string, { file?: string; args?: string[]; options?: SpawnOptions }> = {
    file: { file: 'sh\0' },
    'the middle of file': { file: 's\0h' },
    argument: { args: ['-c', command, 'sh', 'x\0y'] },
    'environment value': { options: { env: { KEY: 'x\0y' } } },
    'environment key': { options: { env: { 'KE\0Y': 'x' } } },
    cwd: { options: { cwd: `${directory}\0` } },
    'cwd as a URL': { options: { cwd: url } },
    argv0: { options: { argv0: 's\0h' } },
    shell: { options: { shell: '/bin/sh\0' } },
  }
  for (const [name, { file = 'sh', args = ['-c', command], options = {} }] of Object.entries(rows)) {
    for (const error of [
      await rejection(t, () => SharedChild.spawn(file, args, options)),
      await rejection(t, () => spawn(file, args, options)),
      thrown(t, () => SharedChild.spawnSync(file, args, options)),
    ]) {
      t.true(error instanceof TypeError, name)
      t.is(error.code, 'ERR_INVALID_ARG_VALUE', name)
    }
    if (name === 'cwd as a URL') continue
    const theirs = await nodeFailure(file, args, options as Parameters<typeof nodeFailure>[2])
    t.deepEqual({ name: theirs.name, code: theirs.code }, { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' }, name)
  }
  await leavesNothing(t, () => rejection(t, () => SharedChild.spawn('sh', ['-c', command, 'sh', 'x\0y'])))
  t.false(fs.existsSync(marker), 'nothing was started')
})
