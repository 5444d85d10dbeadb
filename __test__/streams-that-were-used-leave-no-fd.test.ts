import { once } from 'node:events'
import type { Duplex, Readable } from 'node:stream'
import { spawn } from 'shared-child'
import { leavesNothing } from './support/leaks.js'
import { notLinux, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'

testUnless(
  notLinux,
  'stdin that is never ended, stdout read to its end, a duplex, a stream destroyed early',
  async (t) => {
    await leavesNothing(t, async () => {
      const child = await spawn('sh', ['-c', 'echo text; read line <&3'], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
      t.truthy(child.stdin)
      const extra = child.stdio[3] as Duplex
      extra.write('go\n')
      const closed = [once(child.stderr as Readable, 'close'), once(extra.resume(), 'close')]
      child.stderr?.destroy()
      t.is(await textOf(child.stdout), 'text\n')
      await child.wait()
      extra.end()
      await Promise.all(closed)
    })
  },
)

testUnless(notLinux, 'stdin of a child that is killed while a write is on its way', async (t) => {
  await leavesNothing(t, async () => {
    const child = await spawn('sleep', ['1000'], { stdio: ['pipe', 'ignore', 'ignore'] })
    const { stdin } = child
    const closed = new Promise((resolve) => stdin?.once('close', resolve))
    stdin?.write(Buffer.alloc(1 << 20))
    child.killSync()
    await child.wait()
    await closed
  })
})
