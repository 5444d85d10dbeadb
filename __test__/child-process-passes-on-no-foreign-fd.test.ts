import type { ExecutionContext } from 'ava'
import { report, runScript } from './support/scripts.js'
import { missing, notLinux, testUnless } from './support/skip.js'
import { NODES, OURS, type Way } from './support/ways.js'

/** Lists the fds of children of a process that has inherited the fds 100 and 1500. */
function run(t: ExecutionContext, { node, args }: Way): Promise<Record<'sync' | 'plain', number[]>> {
  const wrapper = ['perl', '-e', 'use POSIX; POSIX::dup2(0, $_) for 100, 1500; exec @ARGV']
  return report(t, runScript(t, 'list-fds-by-child-process', args, { node, wrapper }))
}

for (const way of OURS) {
  testUnless(notLinux || missing('perl'), way.title, async (t) => {
    t.deepEqual(await run(t, way), { sync: [0, 1, 2, 3], plain: [0, 1, 2, 3] })
  })
}

testUnless(notLinux || missing('perl'), "Node's own does, so the test can tell", async (t) => {
  const { sync, plain } = await run(t, NODES)
  t.true(sync.includes(100))
  t.true(plain.includes(100))
})
