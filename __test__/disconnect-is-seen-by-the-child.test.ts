import { all, next, talker, channelTest } from './support/channel.js'
import { firstLine, textOf } from './support/text.js'

/** Counts the messages, and reports when it is disconnected. Then it ends by itself. */
const COUNT = `
  let length = 0
  process.on('message', (text) => (length += text.length))
  process.on('disconnect', () => process.stdout.write('disconnected after ' + length))`

channelTest('after all that was sent to it', async (t) => {
  const child = await talker(t, COUNT)
  const sent = [1, 2, 3].map(() => child.send('x'.repeat(1 << 20)))
  child.disconnect()
  child.disconnect()
  await Promise.all(sent)
  t.is(await textOf(child.stdout), `disconnected after ${3 << 20}`)
  t.true((await child.wait()).success)
})

channelTest('also if nothing was sent, nor read, and the child has sent something', async (t) => {
  const child = await talker(t, `${COUNT}; process.send('hello', () => process.stderr.write('sent\\n'))`, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  t.is(await firstLine(child.stderr), 'sent')
  child.disconnect()
  t.is(await textOf(child.stdout), 'disconnected after 0')
  t.deepEqual(await all(child.messages()), [])
})

channelTest('messages() ends with it', async (t) => {
  const child = await talker(t, `${COUNT}; process.send('hello')`)
  const messages = child.messages()
  t.is(await next(messages), 'hello')
  const pending = messages.next()
  child.disconnect()
  t.deepEqual(await pending, { done: true, value: undefined })
  t.deepEqual(await messages.next(), { done: true, value: undefined })
  t.deepEqual(await all(child.messages()), [])
})
