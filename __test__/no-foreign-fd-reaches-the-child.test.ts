import { report, runScript } from './support/scripts.js'
import { missing, notLinux, testUnless } from './support/skip.js'

testUnless(notLinux || missing('perl'), 'not even one that was opened to be inherited', async (t) => {
  // Node marks the fds it inherits close-on-exec up to the first gap: those behind a gap stay inheritable.
  const wrapper = ['perl', '-e', 'use POSIX; POSIX::dup2(0, $_) for 100, 101, 1500; exec @ARGV']
  const seen = await report<{ node: number[]; plain: number[]; sync: number[]; mapped: number[]; worker: number[] }>(
    t,
    runScript(t, 'list-fds-of-children', [], { wrapper }),
  )
  t.true(seen.node.includes(100), 'child_process leaks it, so the set-up is right')
  // fd 3 is the one through which `ls` reads the list.
  t.deepEqual(seen.plain, [0, 1, 2, 3])
  t.deepEqual(seen.sync, [0, 1, 2, 3])
  t.deepEqual(seen.mapped, [0, 1, 2, 3, 5, 101, 103])
  t.deepEqual(seen.worker, [0, 1, 2, 3])
})
