import { compileReaper } from './support/foreign-reaper.js'
import { cannotChoosePids, pidNamespace } from './support/namespace.js'
import { noCompiler } from './support/native-code.js'
import { report, runScript } from './support/scripts.js'
import { testUnless } from './support/skip.js'

interface Seen {
  reuses: number
  innocentsSignalled: number
  sent: number
}

// child_process fails this test: between libuv's waitpid and its exit callbacks, kill() reaches the process that has the pid by then.
testUnless(
  cannotChoosePids,
  'a handle that has not heard of the exit does not signal the next owner of the pid',
  async (t) => {
    const seen = await report<Seen>(t, runScript(t, 'reuse-pids-in-one-turn', [], { wrapper: pidNamespace }))
    t.log(JSON.stringify(seen))
    t.true(seen.reuses >= 50, 'so many pids really were given to somebody else')
    t.is(seen.innocentsSignalled, 0)
    t.is(seen.sent, 0)
  },
)

// Without a pidfd, a process that other code has reaped cannot be distinguished from the next one with its pid.
const noPidfds = process.env['SHARED_CHILD_REACTOR'] === 'threads' && 'needs pidfds'

testUnless(cannotChoosePids || noCompiler || noPidfds, 'also when somebody else has reaped the child', async (t) => {
  const library = compileReaper(t, 'a thread in waitpid(-1)')
  const seen = await report<Seen>(t, runScript(t, 'reuse-pids-in-one-turn', [library], { wrapper: pidNamespace }))
  t.log(JSON.stringify(seen))
  t.true(seen.reuses >= 50)
  t.is(seen.innocentsSignalled, 0)
  t.is(seen.sent, 0)
})
