import net from 'node:net'
import type { SharedChild } from 'shared-child'
import { ECHO, next, talker, channelTest } from './support/channel.js'

/** send() as JavaScript calls it. */
const sendTwo = (child: SharedChild, ...args: [unknown, unknown]): Promise<void> =>
  (child as unknown as { send(...args: unknown[]): Promise<void> }).send(...args)

const loop: { self?: unknown } = {}
loop.self = loop

const REFUSED = {
  json: { bigint: { big: 1n }, loop, 'a thing without JSON': { toJSON: () => undefined } },
  advanced: { 'a function inside': { call: () => 1 }, 'a symbol inside': { symbol: Symbol('x') } },
}

for (const serialization of ['json', 'advanced'] as const) {
  channelTest(`${serialization}: and the channel is as good as before`, async (t) => {
    const child = await talker(t, ECHO, { serialization })
    for (const message of [undefined, () => 1, Symbol('x'), 1n]) {
      await t.throwsAsync(child.send(message), { instanceOf: TypeError, code: 'ERR_INVALID_ARG_TYPE' })
    }
    for (const [name, message] of Object.entries(REFUSED[serialization])) {
      await t.throwsAsync(child.send(message), { any: true }, name)
    }
    await child.send('still here')
    t.is(await next(child.messages()), 'still here')
  })
}

channelTest('a handle is refused, and so is whatever else comes second', async (t) => {
  const child = await talker(t, ECHO)
  for (const more of [new net.Socket(), net.createServer(), {}, () => {}]) {
    await t.throwsAsync(sendTwo(child, 'with a handle', more), {
      instanceOf: TypeError,
      code: 'ERR_INVALID_HANDLE_TYPE',
      message: /^This handle type cannot be sent: /,
    })
  }
  for (const nothing of [undefined, null]) await sendTwo(child, 'alone', nothing)
  const messages = child.messages()
  t.is(await next(messages), 'alone')
  t.is(await next(messages), 'alone')
})
