import { compileReaper } from './support/foreign-reaper.js'
import { noCompiler } from './support/native-code.js'
import { report, runScript } from './support/scripts.js'
import { testUnless } from './support/skip.js'
import { OURS } from './support/ways.js'

for (const { title, node, args } of OURS) {
  testUnless(noCompiler, `'exit' has neither a code nor a signal: ${title}`, async (t) => {
    const library = compileReaper(t, 'a thread in waitpid(-1)')
    // Without a pidfd, no kernel can report the status of a child that other code has reaped.
    const env = { SHARED_CHILD_REACTOR: 'threads' }
    const host = runScript(t, 'end-beside-a-foreign-reaper', [...args, library], { env, node, limit: 30_000 })
    const ends = await report<unknown[]>(t, host)
    t.log(JSON.stringify(ends))
    t.is(ends.length, 20)
    for (const end of ends) t.regex(JSON.stringify(end), /^\[(42|null),null\]$/)
  })
}
