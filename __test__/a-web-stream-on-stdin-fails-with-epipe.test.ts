import { Writable } from 'node:stream'
import { start } from './support/children.js'
import { isWindows, testUnless } from './support/skip.js'
import { within } from './support/within.js'

/** Returns the error of a write that is pending when the child ends. */
async function writeError(stdin: Writable): Promise<unknown> {
  const writer = Writable.toWeb(stdin).getWriter()
  writer.closed.catch(() => undefined)
  try {
    for (;;) await writer.write(Buffer.alloc(1 << 20))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

testUnless(isWindows, 'when the child ends while it is written to', async (t) => {
  for (let i = 0; i < 20; i++) {
    const child = await start(t, 'head', ['-c', '1'], { stdio: ['pipe', 'ignore', 'ignore'] })
    t.is(await within(10_000, 'the write', writeError(child.stdin as Writable)), 'EPIPE')
  }
})
