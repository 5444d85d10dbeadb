import test from 'ava'
import { SharedChild } from 'shared-child'
import { killAtEnd } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { textOf } from './support/text.js'

test('spawnSync does not wait for the child', async (t) => {
  const child = killAtEnd(t, SharedChild.spawnSync('sleep', ['1000'], { stdio: 'ignore' }))
  t.is(child.tryWaitSync(), null)
  t.true(child.killSync())
  t.is(how(await child.wait()), killedBy('SIGKILL'))
})

test('a child of spawnSync has all that one of spawn has', async (t) => {
  const child = killAtEnd(t, SharedChild.spawnSync('sh', ['-c', 'cat; exit 3'], { env: { PATH: process.env['PATH'] } }))
  t.deepEqual([...child.spawnargs], ['sh', '-c', 'cat; exit 3'])
  child.stdin?.end('through\n')
  t.is(await textOf(child.stdout), 'through\n')
  t.is((await child.wait()).code, 3)
  t.is(child.waitSync().code, 3)
})

test('spawnSync takes options in the place of arguments', (t) => {
  const child = killAtEnd(t, SharedChild.spawnSync('false', { stdio: 'ignore' }))
  t.is(child.waitSync().code, 1)
})
