import { spawn, type SharedChild } from 'shared-child'
import { all, ECHO, next } from './support/channel.js'
import { leavesNothing } from './support/leaks.js'
import { notLinux, testUnless } from './support/skip.js'

const options = { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] } as const
const node = (code: string): Promise<SharedChild> => spawn(process.execPath, ['-e', code], options)

/** Resolves when the child has exited and its channel, which is read to its end after that, is closed. */
async function ended(child: SharedChild): Promise<void> {
  await child.wait()
  await all(child.messages())
}

const ways: Record<string, () => Promise<unknown>> = {
  'one that nobody uses': async () => (await spawn('true', options)).wait(),
  'one that is read to its end': async () => {
    const child = await node('process.send(1)')
    await all(child.messages())
    await child.wait()
  },
  'one of which somebody wanted a single message': async () => {
    const child = await node('process.send(1); process.send(2)')
    for await (const _ of child.messages()) break
    await ended(child)
  },
  'one that was only written to': async () => {
    const child = await spawn('sleep', ['1000'], options)
    await child.send('hello')
    child.killSync()
    await ended(child)
  },
  'one that is full when the child ends': async () => {
    const child = await spawn('sleep', ['1000'], options)
    void child.send('x'.repeat(1 << 22))
    child.killSync()
    await ended(child)
  },
  'one that is disconnected, used or not': async () => {
    const [used, unused] = [await node(ECHO), await node(ECHO)]
    await used.send('hello')
    await next(used.messages())
    for (const child of [used, unused]) child.disconnect()
    await Promise.all([used.wait(), unused.wait()])
  },
  'one of a child that did not start': async () => spawn('no-such-program', options).catch(() => {}),
  'one whose child is disposed of': async () => {
    const child = await node(ECHO)
    await child.send('hello')
    await child[Symbol.asyncDispose]()
  },
}

for (const [what, way] of Object.entries(ways)) {
  testUnless(
    notLinux || (what.includes('disposed') && !('asyncDispose' in Symbol) && 'needs Symbol.asyncDispose'),
    what,
    (t) => leavesNothing(t, way, 5),
  )
}
