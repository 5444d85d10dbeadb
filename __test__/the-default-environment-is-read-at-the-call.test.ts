import { once } from 'node:events'
import { SHARE_ENV } from 'node:worker_threads'
import test from 'ava'
import { SharedChild, spawn } from 'shared-child'
import { killAtEnd } from './support/children.js'
import { nodeExit } from './support/node-child.js'
import { startWorker } from './support/scripts.js'
import { textOf } from './support/text.js'

const show = ['-c', 'echo "${SHARED_CHILD_TEST-unset}"']

test.serial('a child sees process.env as it was when it was asked for', async (t) => {
  t.teardown(() => delete process.env['SHARED_CHILD_TEST'])
  process.env['SHARED_CHILD_TEST'] = 'one'
  const first = spawn('sh', show)
  process.env['SHARED_CHILD_TEST'] = 'two'
  const second = spawn('sh', show)
  const third = SharedChild.spawnSync('sh', show)
  delete process.env['SHARED_CHILD_TEST']
  const fourth = spawn('sh', show)

  const seen = []
  for (const child of [await first, await second, third, await fourth]) {
    seen.push(await textOf(killAtEnd(t, child).stdout))
  }
  t.deepEqual(seen, ['one\n', 'two\n', 'two\n', 'unset\n'])
})

test.serial('the whole environment is the one child_process gives', async (t) => {
  const child = killAtEnd(t, await spawn('env', ['-0']))
  const sorted = (text: string): string[] => text.split('\0').sort()
  t.deepEqual(sorted(await textOf(child.stdout)), sorted((await nodeExit('env', ['-0'])).stdout))
})

test.serial("in a worker it is the worker's own process.env", async (t) => {
  t.teardown(() => delete process.env['SHARED_CHILD_TEST'])
  process.env['SHARED_CHILD_TEST'] = 'main'
  const seen = async (env: NodeJS.ProcessEnv | typeof SHARE_ENV, set: string | null): Promise<unknown> => {
    const worker = startWorker(t, 'print-environment', { env, workerData: { set } })
    const [text] = (await once(worker, 'message')) as [string]
    return text
  }
  const PATH = process.env['PATH']
  t.is(await seen({ PATH, SHARED_CHILD_TEST: 'given' }, null), 'given\n')
  t.is(await seen({ PATH }, null), 'unset\n')
  t.is(await seen({ PATH }, 'its own'), 'its own\n')
  t.is(process.env['SHARED_CHILD_TEST'], 'main')
  t.is(await seen(SHARE_ENV, null), 'main\n')
  t.is(await seen(SHARE_ENV, 'shared'), 'shared\n')
})
