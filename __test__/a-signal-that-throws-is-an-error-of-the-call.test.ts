import fs from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { SharedChild, type ExitStatus } from 'shared-child'
import { killAtEnd, sleeper } from './support/children.js'
import { temporaryDirectory } from './support/files.js'
import { how, killedBy } from './support/how.js'
import { childrenOf } from './support/proc.js'
import { notLinux, testUnless } from './support/skip.js'
import { within } from './support/within.js'

const mine = new Error('mine')

/** An object that looks like an AbortSignal, except for one member. */
function pretender(member: Partial<Record<keyof AbortSignal, unknown>>): AbortSignal {
  const signal = { aborted: false, reason: undefined, addEventListener() {}, removeEventListener() {} }
  return Object.defineProperties(signal, Object.getOwnPropertyDescriptors(member)) as unknown as AbortSignal
}

const throwing = (): never => {
  throw mine
}

/** A signal whose addEventListener throws. */
const deaf: Record<string, () => AbortSignal> = {
  'addEventListener throws': () => pretender({ addEventListener: throwing }),
  'addEventListener is a getter that throws at the second look': () => {
    let looks = 0
    const look = (): unknown => (looks++ === 0 ? () => {} : throwing())
    return pretender(Object.defineProperty({}, 'addEventListener', { get: look, enumerable: true }))
  },
  'an AbortSignal whose addEventListener throws': () =>
    Object.defineProperty(new AbortController().signal, 'addEventListener', { value: throwing }),
}

/** No uncaught error may follow, now or when the child ends: ava would fail the run. */
for (const [what, signal] of Object.entries(deaf)) {
  test(`${what}: waits reject with it, and other waits go on`, async (t) => {
    const child = await sleeper(t)
    const other = child.wait()
    for (const call of [
      () => child.wait({ signal: signal() }),
      () => child.waitTimeout(5, { signal: signal() }),
      () => child.waitDeadline(Date.now() + 5, { signal: signal() }),
    ]) {
      t.is(await t.throwsAsync(call), mine)
    }
    t.is(await child.waitTimeout(20), null, 'the alarms of those waits would have rung by now')
    child.killSync()
    t.is(how(await within(5_000, 'the other wait', other)), killedBy('SIGKILL'))
  })

  testUnless(notLinux, `${what}: nothing is started`, async (t) => {
    const marker = path.join(temporaryDirectory(t), 'started')
    const args = ['-c', `echo started > '${marker}'`]
    t.is(await t.throwsAsync(() => SharedChild.spawn('sh', args, { signal: signal(), timeout: 5 })), mine)
    t.is(
      t.throws(() => SharedChild.spawnSync('sh', args, { signal: signal() })),
      mine,
    )
    // A spawn that was queued before this one would be done by now.
    await Promise.all([SharedChild.spawn('true'), SharedChild.spawn('true')].map(async (one) => (await one).wait()))
    t.false(fs.existsSync(marker))
    t.deepEqual(childrenOf(), [])
  })
}

test('removeEventListener throws: every wait settles all the same', async (t) => {
  const signal = pretender({ removeEventListener: throwing })
  const child = killAtEnd(t, await SharedChild.spawn('sleep', ['1000'], { stdio: 'ignore', signal }))
  t.is(await child.waitTimeout(5, { signal }), null)
  const waits = [child.wait({ signal }), child.wait(), child.waitTimeout(1e9, { signal })]
  child.killSync()
  for (const status of await within<(ExitStatus | null)[]>(5_000, 'the waits', Promise.all(waits)))
    t.is(how(status), killedBy('SIGKILL'))
})

test('it aborts while it is being listened to', async (t) => {
  const signal = (): AbortSignal => pretender({ addEventListener: (_: string, listener: () => void) => listener() })
  const child = await sleeper(t)
  for (const wait of [child.wait({ signal: signal() }), child.waitTimeout(1e9, { signal: signal() })]) {
    t.is((await t.throwsAsync(within(5_000, 'the wait', wait)))?.name, 'AbortError')
  }
  const aborted = killAtEnd(t, await SharedChild.spawn('sleep', ['1000'], { stdio: 'ignore', signal: signal() }))
  t.is(how(await within(5_000, 'the child', aborted.wait())), killedBy('SIGTERM'))
})

test('it aborts twice, and is used again in between', async (t) => {
  const listeners = new Set<() => void>()
  const signal = pretender({
    addEventListener: (_: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
  })
  const child = await sleeper(t)
  for (let i = 0; i < 2; i++) {
    const wait = child.wait({ signal })
    for (const listener of listeners) listener()
    t.is((await t.throwsAsync(within(5_000, 'the wait', wait)))?.name, 'AbortError')
  }
})
