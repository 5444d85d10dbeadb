import type { Failure } from './support/failures.js'
import { report, runScript } from './support/scripts.js'
import { testUnless } from './support/skip.js'

const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
const old = !process.allowedNodeEnvironmentFlags.has(flag) && 'needs a Node with a permission model'
const may = [flag, '--allow-fs-read=*', '--allow-addons', '--no-warnings']

interface Report {
  spawn: Failure | null
  spawnSync: Failure | null
  childProcess: Failure | null
}

testUnless(
  old,
  'without --allow-child-process spawn() and spawnSync() are refused as those of child_process',
  async (t) => {
    const said = await report<Report>(t, runScript(t, 'spawn-with-permissions', [], { node: may }))
    for (const failure of [said.spawn, said.spawnSync]) {
      t.is(failure?.code, 'ERR_ACCESS_DENIED')
      t.like(failure, { name: 'Error', permission: 'ChildProcess', resource: 'true' })
      t.true(failure?.message.startsWith(said.childProcess?.message ?? 'no error'))
    }
  },
)

testUnless(old, 'with it they are not', async (t) => {
  const said = await report<Report>(
    t,
    runScript(t, 'spawn-with-permissions', [], { node: [...may, '--allow-child-process'] }),
  )
  t.deepEqual(said, { spawn: null, spawnSync: null, childProcess: null })
})
