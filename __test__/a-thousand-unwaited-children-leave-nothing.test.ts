import { SharedChild, spawn } from 'shared-child'
import { settled } from './support/leaks.js'
import { childrenOf, openFds } from './support/proc.js'
import { notLinux, testUnless } from './support/skip.js'
import { slowness, until } from './support/within.js'

testUnless(notLinux, 'no zombie and no fd, of 1,000 spawns without a wait', async (t) => {
  t.timeout(60_000 * slowness)
  // The threads and fds that are made once.
  for (let i = 0; i < 3; i++) await (await spawn('true')).wait()
  await settled()
  const before = openFds()
  for (let i = 0; i < 10; i++) {
    await Promise.all(Array.from({ length: 80 }, () => spawn('true')))
    for (let j = 0; j < 10; j++) SharedChild.spawnSync('true')
    await Promise.all(
      Array.from({ length: 10 }, () => spawn('echo', ['unread'], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] })),
    )
  }
  await settled()
  // A pipe that a child of another thread held for an instant closes an instant later.
  await until(`the fds are ${before.length} again`, () => openFds().length <= before.length)
  t.deepEqual(childrenOf(), [])
  t.is(openFds().length, before.length)
})

testUnless(
  notLinux,
  'handles that are kept keep no fd, also of children that were started while others ended',
  async (t) => {
    await settled()
    const before = openFds()
    const handles = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const child = await spawn('true')
        await child.wait()
        return child
      }),
    )
    await until(`the fds are ${before.length} again`, () => openFds().length <= before.length)
    t.is(handles.length, 200)
  },
)

testUnless(notLinux, 'a waited child has closed its fds, read or unread, while its handle lives', async (t) => {
  await settled()
  const before = openFds()
  const handles = []
  for (let i = 0; i < 20; i++) {
    const child = await spawn('echo', ['unread'], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
    handles.push(child)
    await child.wait()
    await until(`the fds are ${before.length} again`, () => openFds().length <= before.length)
  }
  t.is(handles.length, 20)
})
