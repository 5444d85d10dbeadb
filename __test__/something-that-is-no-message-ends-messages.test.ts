import { next, channelTest } from './support/channel.js'
import { start } from './support/children.js'
import { isWindows, testUnless } from './support/skip.js'

const BAD = {
  'no JSON': ['json', String.raw`"good"\n{bad\n"not heard"\n`],
  'an empty line': ['json', String.raw`"good"\n\n`],
  'JSON instead of bytes': ['advanced', String.raw`"good"\n`],
  'bytes that V8 does not understand': ['advanced', String.raw`\0\0\0\3\377\017!`],
  'a version of V8 that is to come': ['advanced', String.raw`\0\0\0\4\377\177\042\0`],
  'a length of nothing': ['advanced', String.raw`\0\0\0\0\377\017`],
} as const

for (const [what, [serialization, text]] of Object.entries(BAD)) {
  testUnless(isWindows, `${serialization}: ${what}`, async (t) => {
    // printf is a builtin: it fails when nobody reads any more, and the child ends.
    const child = await start(t, 'sh', ['-c', `printf '${text}' >&3; cat <&3`], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization,
    })
    const messages = child.messages()
    if (text.includes('bad') || text.includes('n\\n')) t.is(await next(messages), 'good')
    const error = await t.throwsAsync(next(messages), { code: 'ERR_IPC_MALFORMED_MESSAGE' })
    t.regex(error.message, /^The child has sent something that is no message: ./)
    t.truthy(error.cause)
    t.deepEqual(await messages.next(), { done: true, value: undefined })
    await t.throwsAsync(child.send('x'), { code: 'ERR_IPC_CHANNEL_CLOSED' })
    t.true((await child.wait()).success, 'the child sees that the channel is closed')
  })
}

channelTest('an error of the channel is that of its loop, and of nobody else', async (t) => {
  const child = await start(t, process.execPath, ['-e', `require('node:fs').writeSync(3, '{bad\\n')`], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await child.wait()
  await t.throwsAsync(next(child.messages()), { code: 'ERR_IPC_MALFORMED_MESSAGE' })
})
