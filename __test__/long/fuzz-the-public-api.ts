// Arbitrary arguments and options for every method. Property: a rejection (or, of the synchronous forms, an exception) that is an
// Error with a code, or a right result; never a crash or a hang, and nothing is left: no child that nobody asked for, no fd.
//   node build/__test__/long/fuzz-the-public-api.js COUNT
import * as fc from 'fast-check'
import { SharedChild, spawn, type ExitStatus } from 'shared-child'
import { childrenOf, openFds } from '../support/proc.js'
import { until, within } from '../support/within.js'
import { longTest } from './support/long-test.js'
import { seed } from './support/random.js'
import { show } from './support/show.js'

/** The error that our getters and Proxies throw; it is passed on as it is. */
const mine = Object.assign(new Error('from the fuzzer'), { code: 'FROM_THE_FUZZER' })

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
    Infinity,
    '\0',
    '',
  ),
  fc.constantFrom(
    new Proxy(
      {},
      {
        get: () => {
          throw mine
        },
      },
    ),
    Object.create(null) as object,
    new Date(NaN),
    new Uint8Array(3),
    {
      get fd() {
        throw mine
      },
    },
    { aborted: false },
    { aborted: true },
    { href: 1, protocol: 2 },
    AbortSignal.abort(),
    AbortSignal.timeout(2 ** 31),
  ),
)

/** Mostly valid, sometimes anything: if all were nonsense, the first check would catch everything. */
const mostly = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: odd })

/** Programs that do no harm with any argument. */
const file = mostly(
  fc.constantFrom('true', '/bin/true', 'false', '/no/such/program', '/', '/etc/passwd', new URL('file:///bin/true')),
)
const args = mostly(fc.array(mostly(fc.string({ unit: 'binary' })), { maxLength: 4 }))
const fd = fc.oneof(
  fc.constantFrom('pipe', 'ignore', 'inherit', null, undefined, { fd: 2 }),
  fc.constantFrom(0, 1, 2, -1, 3, 40),
)
const id = fc.oneof(fc.constantFrom(0, 1, 65_534, 2 ** 32 - 2), fc.nat(70_000))

const options = mostly(
  fc.record(
    {
      cwd: mostly(fc.constantFrom('/', '/tmp', '/no/such/folder', '/etc/passwd', '.', new URL('file:///tmp'))),
      env: mostly(fc.dictionary(fc.string(), mostly(fc.string()), { maxKeys: 4 })),
      argv0: mostly(fc.string()),
      stdio: mostly(fc.oneof(fd, fc.array(mostly(fd), { maxLength: 8 }))),
      // Only of a kind that a shell can do no harm with: the arguments become code.
      shell: fc.oneof(
        { weight: 40, arbitrary: fc.constantFrom(false, undefined, null) },
        { weight: 1, arbitrary: odd.filter((value) => typeof value !== 'string' && value !== true) },
      ),
      detached: mostly(fc.boolean()),
      group: mostly(fc.constant(false)),
      killOnParentExit: mostly(fc.constant(false)),
      uid: mostly(id),
      gid: mostly(id),
      groups: mostly(fc.array(mostly(id), { maxLength: 5 })),
      signal: mostly(fc.constantFrom(new AbortController().signal, undefined)),
      timeout: mostly(fc.integer({ min: 0, max: 1000 })),
      killSignal: mostly(fc.constantFrom('SIGTERM', 'SIGKILL', 9, 0, 64, 'SIGRTMIN+3')),
      windowsHide: mostly(fc.boolean()),
      windowsVerbatimArguments: mostly(fc.boolean()),
    },
    { requiredKeys: [] },
  ),
)

const time = mostly(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5 })))
const signal = mostly(
  fc.oneof(fc.constantFrom('SIGTERM', 'SIGKILL', 'SIGCONT', 'SIGRTMIN+1'), fc.integer({ min: -2, max: 70 })),
)
const waitOptions = mostly(fc.record({ signal: odd }, { requiredKeys: [] }))

/** A method of a handle, with arguments. `waitSync()` without a time is left out: it may rightly block for ever. */
const call = fc.oneof(
  fc.tuple(fc.constantFrom('kill', 'sendSignal', 'killSync', 'sendSignalSync'), signal),
  fc.tuple(fc.constantFrom('waitTimeout', 'waitDeadline'), time, waitOptions),
  fc.tuple(fc.constant('wait'), waitOptions),
  fc.tuple(
    fc.constant('waitSync'),
    time.filter((ms) => ms !== undefined && !(typeof ms === 'number' && ms > 5)),
  ),
  fc.tuple(
    fc.constantFrom('tryWait', 'tryWaitSync', 'share', 'ref', 'unref', 'takeStdin', 'takeStdout', 'takeStderr'),
    odd,
  ),
  fc.tuple(
    fc.constant('output'),
    mostly(
      fc.record(
        {
          encoding: mostly(fc.constantFrom('utf8', 'hex', 'buffer', 'latin1')),
          maxBuffer: mostly(fc.integer({ min: 0, max: 10 })),
          drainTimeout: mostly(fc.integer({ min: 0, max: 5 })),
          input: mostly(fc.oneof(fc.string(), fc.uint8Array())),
        },
        { requiredKeys: [] },
      ),
    ),
  ),
  fc.tuple(fc.constant('attach'), mostly(fc.record({ sharedChild: mostly(fc.string()) }))),
)

function isRight(status: ExitStatus): boolean {
  const { code, signal: name, success } = status
  return Object.isFrozen(status) && (code === null) !== (name === null) && success === (code === 0)
}

/** An earlier bug is tried every time: with an object that has only one member of an AbortSignal, */
const pretender = { aborted: false }
const known: { given: unknown[]; calls: unknown[][] }[] = [
  { given: ['sleep', ['1000'], { signal: pretender }], calls: [] },
  // the second wait found the first one's broken listener, threw at the exit, and so the third wait never ended.
  { given: ['sleep', ['1000']], calls: [['wait', { signal: pretender }], ['wait', { signal: pretender }], ['wait']] },
]

longTest(async ({ count, variant, expect }) => {
  const tally = { started: 0, refused: 0, calls: 0, callsRefused: 0 }
  const codes = new Map<string, number>()
  process.on('unhandledRejection', (error) => expect(false, `unhandled rejection: ${String(error)}`))
  process.on('uncaughtException', (error) => expect(false, `uncaught exception: ${error.stack}`))

  /** Returns a result, or null for a correct refusal. */
  const outcome = async <T>(what: string, act: () => T | Promise<T>): Promise<T | null> => {
    try {
      return await within(20_000, what, Promise.resolve(act()))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      codes.set(String(code), (codes.get(String(code)) ?? 0) + 1)
      expect(error instanceof Error && typeof code === 'string', `${what}: ${String(error)}`)
      return null
    }
  }

  const trial = async (given: unknown[], sync: boolean, calls: readonly unknown[][]): Promise<void> => {
    const shown = show(sync ? 'spawnSync' : 'spawn', given)
    let promise: Promise<SharedChild> | null = null
    try {
      promise = sync ? null : (spawn as (...all: unknown[]) => Promise<SharedChild>)(...given)
    } catch (error) {
      expect(false, `${shown} threw instead of rejecting: ${String(error)}`)
    }
    const child = await outcome(
      shown,
      () => promise ?? (SharedChild.spawnSync as (...all: unknown[]) => SharedChild)(...given),
    )
    if (child === null) {
      tally.refused++
      const running = childrenOf().filter(({ state }) => state !== 'Z')
      for (const { pid } of running) process.kill(pid, 'SIGKILL')
      return expect(running.length === 0, `${shown}: refused, and yet a child runs`)
    }
    tally.started++
    const pending: Promise<unknown>[] = []
    for (const [name, ...rest] of calls) {
      tally.calls++
      const method = String(name)
      const target = (method === 'attach' ? SharedChild : child) as unknown as Record<
        string,
        (...all: unknown[]) => unknown
      >
      const answer = outcome(show(method, rest), () => target[method]?.(...rest))
      pending.push(answer.then((value) => void (value === null && tally.callsRefused++)))
    }
    child.killSync()
    const status = await outcome('wait()', () => child.wait())
    expect(status !== null && isRight(status), `${shown}: ${JSON.stringify(status)}`)
    await Promise.all(pending)
    await child[Symbol.asyncDispose]()
  }

  await trial(['true'], false, [['output']])
  for (const { given, calls } of known) for (const sync of [false, true]) await trial(given, sync, calls)
  await until('nobody is left', () => childrenOf().length === 0)
  const fds = openFds().length
  const cases = fc.tuple(
    fc.array(fc.oneof(file, args, options), { maxLength: 1 }),
    file,
    args,
    options,
    fc.boolean(),
    fc.array(call, { maxLength: 4 }),
  )
  let turn = 0
  for (const [nonsense, first, second, third, sync, calls] of fc.sample(cases, { numRuns: count, seed })) {
    // Sometimes the arguments are in the wrong places.
    const given = turn % 20 === 0 ? nonsense : turn % 3 === 0 ? [first, third] : [first, second, third]
    await trial(given, sync, calls)
    turn++
  }
  await until('nobody is left', () => childrenOf().length === 0)
  await until('all fds are closed', () => openFds().length <= fds, 3_000).catch(() => undefined)
  const fdsLeaked = Math.max(0, openFds().length - fds)
  expect(fdsLeaked === 0, `${fdsLeaked} fds leaked: ${openFds().join(', ')}`)
  if (variant === 'codes') console.error(codes)
  return { trials: count, ...tally, errorCodes: codes.size, fdsLeaked, seed }
})
