import { next, RAW, talker, channelTest } from './support/channel.js'

const BAD = {
  'no JSON': ['json', '"good"\n{bad\n"not heard"\n'],
  'an empty line': ['json', '"good"\n\n'],
  'JSON instead of bytes': ['advanced', '"good"\n'],
  'bytes that V8 does not understand': ['advanced', '\0\0\0\x03\xff\x0f!'],
  'a version of V8 that is to come': ['advanced', '\0\0\0\x04\xff\x7f\x22\0'],
  'a length of nothing': ['advanced', '\0\0\0\0\xff\x0f'],
} as const

for (const [what, [serialization, text]] of Object.entries(BAD)) {
  channelTest(`${serialization}: ${what}`, async (t) => {
    // It ends by itself when its channel is closed.
    const child = await talker(t, `${RAW}; raw(${JSON.stringify(text)}); process.on('message', () => {})`, {
      serialization,
    })
    const messages = child.messages()
    if (serialization === 'json') t.is(await next(messages), 'good')
    const error = await t.throwsAsync(next(messages), { code: 'ERR_IPC_MALFORMED_MESSAGE' })
    t.regex(error.message, /^The child has sent something that is not a message: ./)
    t.truthy(error.cause)
    t.deepEqual(await messages.next(), { done: true, value: undefined })
    await t.throwsAsync(child.send('x'), { code: 'ERR_IPC_CHANNEL_CLOSED' })
    t.true((await child.wait()).success, 'the child sees that the channel is closed')
  })
}

channelTest('the error is thrown in the loop, and nowhere else', async (t) => {
  const child = await talker(t, `${RAW}; raw('{bad\\n')`)
  await child.wait()
  await t.throwsAsync(next(child.messages()), { code: 'ERR_IPC_MALFORMED_MESSAGE' })
})
