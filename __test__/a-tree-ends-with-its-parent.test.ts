import { SharedChild, spawn } from 'shared-child'
import { hasExited } from './support/proc.js'
import { runScript } from './support/scripts.js'
import { notLinux, testUnless } from './support/skip.js'
import { allGone } from './support/trees.js'

for (const way of ['spawn', 'spawnSync', 'worker']) {
  for (const how of ['SIGKILL', 'exit', 'abort']) {
    testUnless(notLinux, `however it ends: ${how}, after ${way}`, async (t) => {
      const host = runScript(t, 'be-the-parent-of-a-tree', [how, way])
      const pids = [Number(await host.line()), Number(await host.line())]
      t.false(pids.some(hasExited), 'it runs for as long as its parent')
      if (how === 'SIGKILL') host.process.kill('SIGKILL')
      else host.process.stdin.write('end\n')
      await allGone(pids)
      t.pass()
    })
  }
}

testUnless(
  notLinux,
  "together with 'contain' it is refused: processes that leave the group would outlive the parent",
  async (t) => {
    await t.throwsAsync(spawn('true', { group: 'contain', killOnParentExit: true }), {
      code: 'ERR_FEATURE_UNAVAILABLE',
    })
    t.throws(() => SharedChild.spawnSync('true', { group: 'contain', killOnParentExit: true }), {
      code: 'ERR_FEATURE_UNAVAILABLE',
    })
  },
)
