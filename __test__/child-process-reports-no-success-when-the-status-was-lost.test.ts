import { compileReaper } from './support/foreign-reaper.js'
import { noCompiler } from './support/native-code.js'
import { report, runScript } from './support/scripts.js'
import { testUnless } from './support/skip.js'

testUnless(noCompiler, "where other code has taken the status, 'exit' has neither a code nor a signal", async (t) => {
  const library = compileReaper(t, 'a thread in waitpid(-1)')
  // Without a pidfd, no kernel can report the status of a child that other code has reaped.
  const env = { SHARED_CHILD_REACTOR: 'threads' }
  const ends = await report<unknown[]>(
    t,
    runScript(t, 'end-beside-a-foreign-reaper', [library], { env, limit: 30_000 }),
  )
  t.log(JSON.stringify(ends))
  t.is(ends.length, 20)
  for (const end of ends) t.regex(JSON.stringify(end), /^\[(42|null),null\]$/)
})
