import { tracingChannel } from 'node:diagnostics_channel'
import test from 'ava'
import { run, SharedChild, spawn } from 'shared-child'

interface Message {
  file: unknown
  args: unknown
  options: unknown
  child?: SharedChild
  error?: NodeJS.ErrnoException
}

const channel = tracingChannel<unknown, Message>('shared-child.spawn')

/** Returns what the channel reports while `act` runs. */
async function heard(act: () => unknown): Promise<[event: string, message: Message][]> {
  const list: [string, Message][] = []
  const on = (event: string) => (message: unknown) => void list.push([event, message as Message])
  const subscribers = {
    start: on('start'),
    end: on('end'),
    asyncStart: on('asyncStart'),
    asyncEnd: on('asyncEnd'),
    error: on('error'),
  }
  channel.subscribe(subscribers)
  try {
    await act()
  } catch {
    // It is told.
  }
  channel.unsubscribe(subscribers)
  return list
}

const names = (list: readonly [string, Message][]): string[] => list.map(([name]) => name)

test.serial('spawn() and run(): with what was asked for, and the child', async (t) => {
  for (const start of [spawn, run]) {
    const list = await heard(() => start(process.execPath, ['-v'], { cwd: '.' }))
    t.deepEqual(names(list), ['start', 'end', 'asyncStart', 'asyncEnd'])
    const [, { file, args, options, child, error }] = list[3]!
    t.deepEqual(
      { file, args, options, error },
      { file: process.execPath, args: ['-v'], options: { cwd: '.' }, error: undefined },
    )
    t.true(child instanceof SharedChild)
    await child!.wait()
  }
})

test.serial('spawnSync()', async (t) => {
  const list = await heard(() => SharedChild.spawnSync(process.execPath, { stdio: 'ignore', argv0: 'x' }))
  t.deepEqual(names(list), ['start', 'end'])
  t.like(list[1]![1], { file: process.execPath, args: [], options: { stdio: 'ignore', argv0: 'x' } })
  t.true(list[1]![1].child instanceof SharedChild)
})

test.serial('what cannot be started, and what is asked for wrongly', async (t) => {
  for (const [args, code] of [
    [[], 'ENOENT'],
    [['\0'], 'ERR_INVALID_ARG_VALUE'],
    ['x', 'ERR_INVALID_ARG_TYPE'],
  ] as const) {
    const list = await heard(() => spawn('no-such-program-anywhere', args as []))
    t.true(names(list).includes('error'))
    const [, { error, child }] = list.find(([name]) => name === 'error')!
    t.deepEqual([error?.code, child], [code, undefined])
  }
})

test.serial('nothing when nobody listens any more', async (t) => {
  const list = await heard(() => {})
  await run(process.execPath, ['-v'])
  t.deepEqual(list, [])
})
