import { report, runScript } from './support/scripts.js'
import { isWindows, testUnless } from './support/skip.js'

interface Differences {
  names: number
  found: Record<string, unknown>
  realm: string
}

testUnless(isWindows, 'whatever is put on Object.prototype, on the main thread and in a worker', async (t) => {
  const both = await report<Differences[]>(t, runScript(t, 'live-with-a-polluted-prototype'))
  t.is(both.length, 2)
  for (const { names, found, realm } of both) {
    t.true(names > 50)
    t.deepEqual(found, {})
    t.is(realm, 'OWN=yes\nsh \n')
  }
})
