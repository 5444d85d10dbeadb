// Arbitrary JavaScript values for every method of 'shared-child/native', past the wrapper and its checks. Property: an exception or
// a value; never a crash or a hang, and nothing is left.
//   node build/__test__/long/fuzz-the-binding.js COUNT
import fs from 'node:fs'
import * as fc from 'fast-check'
import { Events, NativeChild, signalName } from 'shared-child/native'
import { childrenOf, openFds } from '../support/proc.js'
import { until, within } from '../support/within.js'
import { longTest } from './support/long-test.js'
import { seed } from './support/random.js'
import { show } from './support/show.js'

const odd = fc.oneof(
  { weight: 4, arbitrary: fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }) },
  fc.constantFrom(
    undefined,
    null,
    Symbol('s'),
    () => undefined,
    NaN,
    -0,
    -1,
    2 ** 31,
    2 ** 32,
    1e308,
    -1e308,
    Infinity,
    '\0',
    '',
  ),
  fc.constantFrom(
    new Float64Array(8),
    new Float64Array(7),
    new Float64Array(0),
    new Uint8Array(64),
    new Float64Array(new SharedArrayBuffer(64)),
  ),
)
const mostly = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: odd })

/** Of the flags, see src/binding/records.rs. */
const RECORD_SURROUNDINGS = 8

const id = fc.constantFrom(-1, 0, 65_534, 2 ** 32 - 1)
const fdList = fc.array(
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom(-1, -2, 0, 1, 2) }, { weight: 1, arbitrary: fc.double() }),
  { maxLength: 6 },
)
const right = fc
  .tuple(fc.nat({ max: 2 * RECORD_SURROUNDINGS - 1 }), id, id, fc.option(fc.array(fc.nat(), { maxLength: 4 })), fdList)
  .map(([flags, uid, gid, groups, list]) =>
    [flags, uid, gid, groups?.length ?? -1, list.length].concat(groups ?? [], list),
  )
/** Sometimes one of the numbers is replaced by another. */
const numbers = mostly(
  fc
    .tuple(right, fc.option(fc.tuple(fc.nat({ max: 8 }), fc.double()), { freq: 10 }))
    .map(([list, other]) => Float64Array.from(list, (value, i) => (other?.[0] === i ? other[1] : value))),
)

/** The arguments of spawnSync(), and of spawn() after the request's number. */
const request = fc.tuple(
  numbers,
  mostly(fc.oneof(fc.string(), fc.constantFrom('true', 'true\0a\0b', '\0\0\0', ''))),
  mostly(fc.constantFrom(null, 'true', '/bin/true', '/no/such/program', '', 'true\0x', '\ud800')),
  mostly(fc.oneof(fc.constant(null), fc.string(), fc.constant('PATH=/bin\0A=1'))),
  mostly(fc.constantFrom(null, null, null, '/', '/no/such/folder', '', '\0')),
)

type Methods = Record<string, (...all: unknown[]) => unknown>

/** Without the blocking calls with a time that may be long. */
const call = fc.oneof(
  fc.tuple(fc.constant('sendSignal'), odd),
  fc.tuple(
    fc.constant('takePipe'),
    fc.oneof(fc.integer({ min: -1, max: 8 }), odd),
    fc.oneof(
      fc.constant((pipe: unknown) => pipe),
      odd.filter((value) => typeof value !== 'function'),
    ),
  ),
  fc.tuple(fc.constantFrom('isTaken', 'closePipe'), fc.oneof(fc.integer({ min: -1, max: 8 }), odd)),
  fc.tuple(fc.constantFrom('wait', 'kill', 'tryWait', 'tryWaitSync', 'share'), odd),
)
const eventsCall = fc.oneof(
  fc.tuple(fc.constantFrom('drain', 'claim', 'attach'), odd),
  fc.tuple(fc.constant('keepAlive'), odd),
  fc.tuple(odd, request).map(([number, what]) => ['spawn', number].concat(what)),
)

longTest(async ({ count, expect }) => {
  const tally = { spawned: 0, refused: 0, calls: 0, exceptions: 0 }
  process.on('unhandledRejection', (error) => expect(false, `unhandled rejection: ${String(error)}`))
  process.on('uncaughtException', (error) => expect(false, `uncaught exception: ${error.stack}`))
  const events = new Events(() => {
    const records = new Float64Array(8 * 16)
    let length
    do {
      length = events.drain(records)
      // Children of spawn() are claimed and dropped.
      for (let i = 0; i < length; i++) if (records[i * 8] === 0) finish(events.claim(records[i * 8 + 1] ?? 0))
    } while (length === 16)
  })
  const finish = (child: NativeChild | null): void => {
    if (child === null) return
    tally.spawned++
    child.sendSignal(9)
    for (let fd = 0; fd < child.stdioLength; fd++) child.takePipe(fd, close)
  }
  const close = (pipe: unknown): void => {
    if (typeof pipe === 'number') fs.closeSync(pipe)
  }
  const attempt = async (target: Methods, [name, ...given]: readonly unknown[]): Promise<unknown> => {
    tally.calls++
    try {
      return await within(20_000, show(String(name), given), (async () => target[String(name)]?.(...given))())
    } catch (error) {
      if (String(error).includes('not settled')) throw error
      tally.exceptions++
      expect(error instanceof Error, `${String(name)}: threw ${String(error)}`)
      return undefined
    }
  }
  // The functions that take each other's results.
  const statics: Methods = {
    Events: (value) => new (Events as unknown as new (value: unknown) => object)(value),
    NativeChild: (value) => new (NativeChild as unknown as new (value: unknown) => object)(value),
    signalName: (value) => signalName(value as number),
    detached: (value) => (Events.prototype as unknown as Methods)['spawnSync']?.call(value as object, value),
  }
  const settle = async (): Promise<void> => {
    await until('nobody is left', () => childrenOf().length === 0)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const trial = async (
    what: readonly unknown[],
    calls: readonly unknown[][],
    others: readonly unknown[][],
    value: unknown,
  ): Promise<void> => {
    const made = await attempt(events as unknown as Methods, ['spawnSync', ...what])
    if (made instanceof NativeChild) {
      const pending: Promise<unknown>[] = []
      for (const each of calls) {
        const answer = attempt(made as unknown as Methods, each)
        if (each[0] === 'takePipe') close(await answer)
        // wait() holds a thread of libuv's pool until the child ends, which happens below.
        else pending.push(answer)
      }
      finish(made)
      made.waitSync(20_000)
      await Promise.all(pending)
    } else if (made !== undefined) tally.refused++
    for (const each of others) await attempt(events as unknown as Methods, each)
    for (const name of Object.keys(statics)) await attempt(statics, [name, value])
  }
  // With the working directory recorded: one descriptor of it is kept.
  const valid = [Float64Array.of(RECORD_SURROUNDINGS, -1, -1, -1, 3, -2, -2, -2), 'true', null, null, null]
  await trial(valid, [['wait']], [['spawn', 0, ...valid]], 1)
  await until('the first one is reaped', () => childrenOf().length === 0)
  events.keepAlive(true)
  await settle()
  const fds = openFds().length
  const cases = fc.tuple(request, fc.array(call, { maxLength: 4 }), fc.array(eventsCall, { maxLength: 2 }), odd)
  for (const [what, calls, others, value] of fc.sample(cases, { numRuns: count, seed })) {
    await trial(what, calls, others, value)
    // One of the calls may have released the loop.
    events.keepAlive(true)
  }
  await settle()
  await until('all fds are closed', () => openFds().length <= fds, 3_000).catch(() => undefined)
  const fdsLeaked = Math.max(0, openFds().length - fds)
  expect(fdsLeaked === 0, `${fdsLeaked} fds leaked: ${openFds().join(', ')}`)
  return { trials: count, ...tally, fdsLeaked, seed }
})
