import { cannotChoosePids, pidNamespace } from './support/namespace.js'
import { report, runScript } from './support/scripts.js'
import { testUnless } from './support/skip.js'

// child_process fails this one: see nodejs/node's kill() between libuv's waitpid and its exit callbacks.
testUnless(cannotChoosePids, 'a handle that has not heard of the exit does not signal the next owner of the pid', async (t) => {
  const seen = await report<{ reuses: number; innocentsSignalled: number; sent: number }>(
    t,
    runScript(t, 'reuse-pids-in-one-turn', [], { wrapper: pidNamespace }),
  )
  t.log(JSON.stringify(seen))
  t.true(seen.reuses >= 50, 'so many pids really were given to somebody else')
  t.is(seen.innocentsSignalled, 0)
  t.is(seen.sent, 0)
})
