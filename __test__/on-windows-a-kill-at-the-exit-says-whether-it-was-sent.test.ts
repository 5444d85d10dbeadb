import { once } from 'node:events'
import { spawn } from 'shared-child'
import { killAtEnd } from './support/children.js'
import { emulated, missing, notWindows, testUnless } from './support/skip.js'

// Windows itself has an instant in which it accepts a kill and yet lets the child exit by itself.
const exact = emulated('wine', '') !== false

testUnless(
  notWindows || missing('echo.exe'),
  'true: it ended the child; false: the child ended by itself',
  async (t) => {
    const seen = new Set<boolean>()
    for (let i = 0; i < 100; i++) {
      const child = killAtEnd(t, await spawn('echo', ['bye'], { stdio: ['ignore', 'pipe', 'ignore'] }))
      await once(child.stdout!, 'data')
      const end = performance.now() + (i % 20) / 10
      while (performance.now() < end);
      const sent = child.killSync()
      seen.add(sent)
      const { code } = await child.wait()
      if (!sent) t.is(code, 0)
      else if (exact) t.is(code, 1)
    }
    t.log(`kill said ${[...seen].join(' and ')}`)
  },
)
