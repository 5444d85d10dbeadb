import test from 'ava'
import { runScript } from './support/scripts.js'
import { within } from './support/within.js'

test.serial('spawnSync and waitSync need no event loop', async (t) => {
  const host = runScript(t, 'spawn-in-an-exit-handler')
  const { code, stdout, stderr } = await within(20_000, 'the host', host.ended)
  t.deepEqual({ code, stdout, stderr }, { code: 3, stdout: 'from the child\n', stderr: '' })
})
