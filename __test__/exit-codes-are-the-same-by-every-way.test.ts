import test from 'ava'
import { spawn } from 'shared-child'
import { nativeOf } from './support/native.js'
import { nodeExit } from './support/node-child.js'
import { slowness } from './support/within.js'

test('0 to 255: the reactor, the AsyncTask trio, the sync forms and child_process agree', async (t) => {
  t.timeout(60_000 * slowness)
  const codes = Array.from({ length: 256 }, (_, code) => code)
  const check = async (code: number): Promise<void> => {
    const command = ['sh', ['-c', `exit ${code}`]] as const
    const theirs = await nodeExit(command[0], [...command[1]])
    const child = await spawn(...command, { stdio: 'ignore' })
    const native = nativeOf(child)
    const [reactor, task] = await Promise.all([child.wait(), native.wait()])

    t.deepEqual({ code: reactor.code, signal: reactor.signal }, { code: theirs.code, signal: theirs.signal })
    t.is(reactor.code, code)
    t.is(reactor.success, code === 0)
    for (const status of [
      task,
      await native.tryWait(),
      native.tryWaitSync(),
      native.waitSync(),
      child.waitSync(),
      child.tryWaitSync(),
      await child.tryWait(),
    ]) {
      t.deepEqual({ ...status }, { ...reactor }, `code ${code}`)
    }
  }
  while (codes.length > 0) await Promise.all(codes.splice(0, 4).map(check))
})
