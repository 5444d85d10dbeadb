import { cannotChoosePids, pidNamespace } from './support/namespace.js'
import { report, runScript } from './support/scripts.js'
import { testUnless } from './support/skip.js'
import { slowness } from './support/within.js'

interface Seen {
  reuses: number
  missed: number
  statuses: number
  innocentsSignalled: number
  wrongStatuses: string[]
  sentWhenGone: number
}

testUnless(cannotChoosePids, '500 reused pids, raced by waits and kills from three workers', async (t) => {
  t.timeout(180_000 * slowness)
  const seen = await report<Seen>(t, runScript(t, 'reuse-pids', ['500'], { wrapper: pidNamespace, limit: 170_000 }))
  t.log(JSON.stringify(seen))
  t.true(seen.reuses >= 500, 'so many pids really were given to somebody else')
  t.is(seen.innocentsSignalled, 0)
  t.is(seen.sentWhenGone, 0, 'no kill of a child that is gone says that it was sent')
  t.deepEqual(seen.wrongStatuses, [])
  t.true(seen.statuses >= 1_500)
})

testUnless(cannotChoosePids, 'the same test catches a handle that signals by number', async (t) => {
  t.timeout(60_000 * slowness)
  const seen = await report<Seen>(t, runScript(t, 'reuse-pids', ['20', 'by-pid'], { wrapper: pidNamespace }))
  t.true(seen.reuses >= 20)
  t.true(seen.innocentsSignalled > 0, JSON.stringify(seen))
})
