import { spawn as nodeSpawn } from 'node:child_process'
import { SharedChild, spawn, type SpawnOptions } from 'shared-child'
import { channelTest } from './support/channel.js'
import { failure, rejection, thrown } from './support/failures.js'

const TWICE = { stdio: ['ipc', 'ignore', 'ignore', 'ipc'] } satisfies SpawnOptions

channelTest('as child_process refuses it', async (t) => {
  const theirs = failure(thrown(t, () => nodeSpawn('true', TWICE)))
  t.is(theirs.code, 'ERR_IPC_ONE_PIPE')
  t.deepEqual(failure(await rejection(t, () => spawn('true', TWICE))), theirs)
  t.deepEqual(failure(thrown(t, () => SharedChild.spawnSync('true', TWICE))), theirs)
})

channelTest("and so is 'ipc' for stdin, stdout and stderr", async (t) => {
  t.is((await rejection(t, () => spawn('true', { stdio: 'ipc' }))).code, 'ERR_IPC_ONE_PIPE')
})
