import type { Writable } from 'node:stream'
import test from 'ava'
import { start } from './support/children.js'
import { report, runScript } from './support/scripts.js'
import { isWindows, testUnless } from './support/skip.js'
import { firstLine } from './support/text.js'
import { within } from './support/within.js'

/** The error that a write gives its callback. */
const writeError = (stream: Writable | null, text: string): Promise<string | undefined> =>
  within(
    5_000,
    'the callback of a write',
    new Promise((resolve) => stream?.write(text, (error?: NodeJS.ErrnoException | null) => resolve(error?.code))),
  )

// ava reports an uncaught error as a failure of its own; the script below counts them.
test('a write after the exit fails in its callback', async (t) => {
  for (const touchBefore of [true, false]) {
    const child = await start(t, 'sleep', ['1000'])
    const before = touchBefore ? child.stdin : null
    child.killSync()
    await child.wait()
    const stdin = before ?? child.stdin
    // If the child has exited, nobody has its pipe: there may be no stream at all.
    if (touchBefore) t.not(stdin, null)
    if (stdin !== null) {
      for (let i = 0; i < 3; i++)
        t.regex((await writeError(stdin, 'text')) ?? 'no error', /^(EPIPE|ERR_STREAM_DESTROYED)$/)
      t.true(stdin.destroyed)
    }
  }
})

testUnless(isWindows, 'a write to a child that runs on with its stdin closed fails in its callback', async (t) => {
  const child = await start(t, 'sh', ['-c', 'exec <&-; echo closed; exec sleep 1000'])
  const { stdin } = child
  t.is(await firstLine(child.stdout), 'closed')
  t.regex((await writeError(stdin, 'text')) ?? 'no error', /^(EPIPE|ERR_STREAM_DESTROYED)$/)
  t.is(child.tryWaitSync(), null)
})

test('no way of writing at the wrong time is an uncaught error', async (t) => {
  const seen = await report<{ uncaught: string[]; rounds: number }>(t, runScript(t, 'write-at-the-wrong-time'))
  t.deepEqual(seen, { uncaught: [], rounds: 20 })
})
