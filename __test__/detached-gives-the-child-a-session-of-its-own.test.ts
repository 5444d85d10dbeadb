import { SharedChild } from 'shared-child'
import { killAtEnd, sleeper } from './support/children.js'
import { processEntry } from './support/proc.js'
import { notLinux, testUnless } from './support/skip.js'

testUnless(notLinux, 'detached: true, and only then', async (t) => {
  const mine = processEntry(process.pid)?.session
  const apart = await sleeper(t, { detached: true })
  t.is(processEntry(apart.pid)?.session, apart.pid)
  const apartSync = killAtEnd(t, SharedChild.spawnSync('sleep', ['1000'], { detached: true }))
  t.is(processEntry(apartSync.pid)?.session, apartSync.pid)

  const together = await sleeper(t)
  t.is(processEntry(together.pid)?.session, mine)
  const explicit = await sleeper(t, { detached: false })
  t.is(processEntry(explicit.pid)?.session, mine)
})
