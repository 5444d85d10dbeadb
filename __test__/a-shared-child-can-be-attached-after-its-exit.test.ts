import test from 'ava'
import { report, runScript } from './support/scripts.js'
import { slowness } from './support/within.js'

test.serial('the 1,024 most recently ended shared children, when no handle is left, from another thread', async (t) => {
  t.timeout(90_000 * slowness)
  const seen = await report<{ good: number; wrong: string[]; oldest: string }>(
    t,
    runScript(t, 'attach-late', [], { node: ['--expose-gc'] }),
  )
  t.deepEqual(seen.wrong, [])
  t.is(seen.good, 1024)
  t.regex(seen.oldest, /^(code \d+|ERR_CHILD_GONE)$/)
})

test.serial('while a handle lives it can be attached whatever came later', async (t) => {
  const seen = await report<{ held: string }>(t, runScript(t, 'attach-late', ['held'], { node: ['--expose-gc'] }))
  t.is(seen.held, 'code 3')
})
