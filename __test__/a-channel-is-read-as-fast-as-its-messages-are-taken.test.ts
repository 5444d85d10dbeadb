import fs from 'node:fs'
import { next } from './support/channel.js'
import { start } from './support/children.js'
import { missing, notLinux, testUnless } from './support/skip.js'

/** Many times the buffers of the sockets between the two, and what one read takes. */
const BOUND = 4 << 20
const LINE = '"message"\n'

testUnless(notLinux || missing('yes'), 'a child that sends more is stopped, and loses nothing', async (t) => {
  const child = await start(t, 'yes', [LINE.trim()], { stdio: ['ignore', 'ipc', 'inherit'] })
  const written = (): number =>
    Number(/^wchar: (\d+)$/m.exec(fs.readFileSync(`/proc/${child.pid}/io`, 'utf8'))?.[1] ?? Infinity)
  const messages = child.messages()
  for (let taken = 1; taken <= 50_000; taken++) {
    if ((await next(messages)) !== 'message') t.fail('a message is broken')
    if (taken % 1000 !== 0) continue
    // Code that reads ahead would do so here, as often as it can.
    await new Promise((resolve) => setImmediate(resolve))
    const ahead = written() - taken * LINE.length
    if (ahead > BOUND) return t.fail(`the child is ${ahead} bytes ahead`)
  }
  t.true(written() > 0)
})
