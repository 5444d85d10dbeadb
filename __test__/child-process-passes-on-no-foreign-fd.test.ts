import { report, runScript } from './support/scripts.js'
import { missing, notLinux, testUnless } from './support/skip.js'

testUnless(notLinux || missing('perl'), 'not even one that was opened to be inherited', async (t) => {
  const wrapper = ['perl', '-e', 'use POSIX; POSIX::dup2(0, $_) for 100, 1500; exec @ARGV']
  const seen = await report<Record<'nodes' | 'sync' | 'plain', number[]>>(
    t,
    runScript(t, 'list-fds-by-child-process', [], { wrapper }),
  )
  t.true(seen.nodes.includes(100), "Node's own does, so the test can tell")
  t.deepEqual(seen.sync, [0, 1, 2, 3])
  t.deepEqual(seen.plain, [0, 1, 2, 3])
})
