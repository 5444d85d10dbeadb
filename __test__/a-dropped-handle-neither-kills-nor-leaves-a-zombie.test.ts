import { report, runScript } from './support/scripts.js'
import { notLinux, testUnless } from './support/skip.js'

testUnless(notLinux, 'the garbage collector ends no child, and an ended child is reaped without it', async (t) => {
  const seen = await report<object>(t, runScript(t, 'drop-handles', [], { node: ['--expose-gc'] }))
  t.deepEqual(seen, { running: 10, attached: 'code 3', zombies: 0, fdsLeft: 0 })
})
