import { isDeepStrictEqual } from 'node:util'
import { SharedChild } from 'shared-child'
import { all, ECHO, next, talker, channelTest } from './support/channel.js'
import { killAtEnd, start } from './support/children.js'

const PLAIN = ['text', '', 'two\nlines, ünïcödé \u{1f600}', 0, -1.5, true, false, null, { a: [1, { b: null }] }, []]

for (const serialization of ['json', 'advanced'] as const) {
  channelTest(`${serialization}: what is sent to a Node.js child comes back as it was`, async (t) => {
    const child = await talker(t, ECHO, { serialization })
    const messages = child.messages()
    for (const message of PLAIN) {
      await child.send(message)
      t.deepEqual(await next(messages), message)
    }
  })

  channelTest(`${serialization}: a message may have megabytes, and many arrive in their order`, async (t) => {
    const child = await talker(t, ECHO, { serialization })
    const big = 'é'.repeat(1 << 20)
    const list = [big, ...Array.from({ length: 2000 }, (_, i) => i), { big }, 'stop']
    const sent = Promise.all(list.map((message) => child.send(message)))
    // A difference of megabytes would be printed.
    t.true(isDeepStrictEqual(await all(child.messages()), list))
    await sent
    t.true((await child.wait()).success)
  })
}

channelTest('advanced: what only the structured clone knows comes back with its type', async (t) => {
  const child = await talker(t, ECHO, { serialization: 'advanced' })
  const messages = child.messages()
  const rich = {
    map: new Map<unknown, unknown>([[{ a: 1 }, new Set([1n, undefined])]]),
    date: new Date(5),
    error: new RangeError('too far'),
    pattern: /x+/gi,
    bytes: Buffer.from('bytes'),
    floats: new Float64Array([1.5, -0]),
    holes: [1, , 3], // oxlint-disable-line no-sparse-arrays
  }
  await child.send(rich)
  t.deepEqual(await next(messages), rich)
  const loop: { self?: unknown } = {}
  loop.self = loop
  await child.send(loop)
  const back = (await next(messages)) as typeof loop
  t.is(back.self, back)
})

for (const fd of [0, 1, 2, 4]) {
  channelTest(`the channel may be fd ${fd}`, async (t) => {
    const stdio = Array.from({ length: 5 }, (_, i) => (i === fd ? ('ipc' as const) : ('ignore' as const)))
    const child = await talker(t, ECHO, { stdio })
    t.is(child.stdio[fd], null)
    t.is(child.stdin ?? child.stdout ?? child.stderr, null)
    await child.send('hello')
    t.is(await next(child.messages()), 'hello')
  })
}

channelTest('a child of spawnSync() has a channel, too', async (t) => {
  const child = killAtEnd(
    t,
    SharedChild.spawnSync(process.execPath, ['-e', ECHO], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
  )
  await child.send('hello')
  t.is(await next(child.messages()), 'hello')
})

channelTest('the channel reaches a child behind a shell', async (t) => {
  const child = await start(t, `"${process.execPath}"`, ['-e', `"process.send('from behind')"`], {
    shell: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  t.deepEqual(await all(child.messages()), ['from behind'])
})

channelTest('the streams beside a channel are what they are without one', async (t) => {
  const code = `process.stdin.pipe(process.stdout); process.send('hello'); process.channel.unref()`
  const child = await talker(t, code, { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] })
  const { stdout, status } = await child.output({ input: 'text' })
  t.is(stdout, 'text')
  t.true(status.success)
  t.deepEqual(await all(child.messages()), ['hello'])
})
