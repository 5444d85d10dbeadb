import os from 'node:os'
import { compileReaper, reapers } from './support/foreign-reaper.js'
import { noCompiler } from './support/native-code.js'
import { report, runScript } from './support/scripts.js'
import { missing, notLinux, testUnless } from './support/skip.js'

/** From Linux 6.15 on, PIDFD_GET_INFO returns the exit code of a process that other code has reaped, to a process that has a pidfd. */
const [major = 0, minor = 0] = os.release().split('.').map(Number)
const hasPidfds = process.env['SHARED_CHILD_REACTOR'] !== 'threads'
const kernelCanTell = hasPidfds && (major > 6 || (major === 6 && minor >= 15))

interface Seen {
  outcomes: string[]
  late: string[]
  signals: unknown[]
}

for (const name of Object.keys(reapers) as (keyof typeof reapers)[]) {
  testUnless(noCompiler, `${name}: every wait settles, and no signal is sent afterwards`, async (t) => {
    const script = runScript(t, 'wait-beside-a-foreign-reaper', [compileReaper(t, name)], { limit: 30_000 })
    const seen = await report<Seen>(t, script)
    t.is(seen.outcomes.length, 20 * 4)
    const truth = kernelCanTell ? /^code 42$/ : /^(code 42|ERR_CHILD_REAPED_ELSEWHERE)$/
    for (const outcome of [...seen.outcomes, ...seen.late]) t.regex(outcome, truth)
    for (const sent of seen.signals) t.is(sent, false)
  })
}

// Node sets every signal to its default when it starts, so this is harmless, unless code relies on a state that it has not checked.
testUnless(notLinux || missing('perl'), 'a parent started with SIGCHLD ignored', async (t) => {
  const wrapper = ['perl', '-e', "$SIG{CHLD} = 'IGNORE'; exec @ARGV"]
  const seen = await report<Seen>(t, runScript(t, 'wait-beside-a-foreign-reaper', [], { wrapper, limit: 30_000 }))
  t.is(seen.outcomes.length, 20 * 4)
  for (const outcome of [...seen.outcomes, ...seen.late]) t.is(outcome, 'code 42')
  for (const sent of seen.signals) t.is(sent, false)
})
