import { once } from 'node:events'
import { SharedChild } from 'shared-child'
import { start } from './support/children.js'
import { leavesNothing } from './support/leaks.js'
import { isWindows, notLinux, testUnless } from './support/skip.js'
import { until, within } from './support/within.js'

testUnless(isWindows, "'end' and 'close' come after the exit", async (t) => {
  const child = await start(t, 'sh', ['-c', 'read line'])
  const ends = [child.stdout, child.stderr, child.takeStderr()].map((stream) =>
    Promise.all([once(stream!, 'end'), once(stream!, 'close')]),
  )
  child.stdin?.end('\n')
  await within(10_000, 'the ends', Promise.all(ends))
  t.true(child.stdout?.destroyed)
})

testUnless(isWindows, 'also if the child had exited when the stream was first used', async (t) => {
  const known = await start(t, 'true')
  await known.wait()
  // This handle has not been told of the exit yet.
  const unknown = await start(t, 'true')
  SharedChild.attach(unknown.share()).waitSync()
  for (const { stdout } of [known, unknown])
    await within(10_000, 'the ends', Promise.all([once(stdout!, 'end'), once(stdout!, 'close')]))
  t.is((await unknown.output()).stdout, '')
})

testUnless(isWindows, 'they come later when a grandchild has the pipe', async (t) => {
  const child = await start(t, 'sh', ['-c', 'cat <&3 3<&- & exit 0'], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] })
  const closed = once(child.stdout!, 'close')
  await child.wait()
  t.false(child.stdout?.destroyed)
  child.stdio[3]?.destroy()
  await within(10_000, 'the end', closed)
})

/** Whether no stream of an exited child has an fd any more. */
function areClosed(child: SharedChild): boolean {
  return child.stdio.every((stream) => stream?.destroyed || !(stream as { _handle?: object } | null)?._handle)
}

testUnless(notLinux, 'no fd is left, whenever the streams were touched', async (t) => {
  const stdio = ['pipe', 'pipe', 'pipe', 'pipe'] as const
  await leavesNothing(t, async () => {
    const before = await SharedChild.spawn('true', [], { stdio })
    t.is([...before.stdio].length, 4)
    await before.wait()
    await until('the streams are closed', () => areClosed(before))
    const after = await SharedChild.spawn('true', [], { stdio })
    await after.wait()
    await until('the streams are closed', () => areClosed(after))
  })
})
