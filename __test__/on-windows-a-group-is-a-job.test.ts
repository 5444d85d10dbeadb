import { once } from 'node:events'
import type { ExecutionContext } from 'ava'
import { spawn, type SharedChild, type SpawnOptions } from 'shared-child'
import { notWindows, testUnless } from './support/skip.js'
import { end, isRunning, scriptOfATreeThatIsLeft } from './support/tree.js'
import { within } from './support/within.js'

interface Tree {
  readonly child: SharedChild
  readonly other: number
  /** Ends the child itself, with code 3. */
  readonly leave: () => void
}

async function startTree(t: ExecutionContext, options: SpawnOptions): Promise<Tree> {
  const child = await spawn(process.execPath, ['-e', scriptOfATreeThatIsLeft], options)
  const { stdin, stdout } = child
  const [line] = (await within(60_000, 'the pids', once(stdout!, 'data'))) as [Buffer]
  const [, other = NaN] = line.toString().split(' ').map(Number)
  t.teardown(() => [child.pid, other].forEach(end))
  return { child, other, leave: () => stdin!.write('leave') }
}

for (const group of [true, 'contain'] as const) {
  testUnless(notWindows, `group: ${group}: killGroup() ends what a child has started, detached or not`, async (t) => {
    const { child, other } = await startTree(t, { group })
    t.is(child.containment, 'job')
    t.false(await child.waitGroup({ timeout: 0 }))
    t.true(child.killGroupSync(0))
    t.true(child.killGroupSync())
    t.true(await within(20_000, 'the end of the group', child.waitGroup()))
    t.false(isRunning(other))
    const { code, signal, cause } = await child.wait()
    t.deepEqual({ code, signal, cause }, { code: 1, signal: null, cause: 'kill' })
    t.false(child.killGroupSync(0))
    t.false(await child.killGroup())
  })
}

testUnless(notWindows, 'the same when the child itself has exited', async (t) => {
  const { child, other, leave } = await startTree(t, { group: true })
  leave()
  t.is((await child.wait()).code, 3)
  t.false(await child.waitGroup({ timeout: 50 }), 'the other one runs')
  t.true(isRunning(other))
  const gone = child.waitGroup()
  t.true(await child.killGroup('SIGTERM'))
  t.true(await within(20_000, 'the end of the group', gone))
  t.false(isRunning(other))
  const { code, cause } = await child.wait()
  t.deepEqual({ code, cause }, { code: 3, cause: null })
})

testUnless(notWindows, 'the end of a group that ends by itself is reported, too', async (t) => {
  const { child, other, leave } = await startTree(t, { group: true })
  leave()
  await child.wait()
  const gone = child.waitGroup()
  end(other)
  t.true(await within(20_000, 'the end of the group', gone))
  t.false(child.killGroupSync())
})

testUnless(notWindows, 'without a group there is but the child', async (t) => {
  const { child, other } = await startTree(t, {})
  t.is(child.containment, 'child')
  t.throws(() => child.killGroupSync(), { code: 'ERR_INVALID_STATE' })
  t.true(child.killSync())
  await child.wait()
  t.true(isRunning(other))
})

testUnless(notWindows, 'no other signal is sent to a group', async (t) => {
  const { child, other } = await startTree(t, { group: true })
  t.throws(() => child.killGroupSync(1), { code: 'ENOSYS' })
  t.true(isRunning(child.pid) && isRunning(other))
})

testUnless(notWindows, 'disposal means the group', async (t) => {
  const { child, other } = await startTree(t, { group: true, killGrace: 0 })
  await child[Symbol.asyncDispose]()
  t.false(isRunning(other))
  t.is((await child.wait()).cause, 'dispose')
})
