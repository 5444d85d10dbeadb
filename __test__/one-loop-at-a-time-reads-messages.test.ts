import { ECHO, next, talker, channelTest } from './support/channel.js'

channelTest('a second one is refused until the first has ended, and goes on where that was', async (t) => {
  const child = await talker(t, ECHO)
  for (const message of ['one', 'two', 'three']) await child.send(message)
  const first = child.messages()
  t.throws(() => child.messages(), { code: 'ERR_INVALID_STATE' })
  t.is(await next(first), 'one')
  t.throws(() => child.messages(), { code: 'ERR_INVALID_STATE' })
  await first.return?.()
  t.deepEqual(await first.next(), { done: true, value: undefined })
  for await (const message of child.messages()) {
    t.is(message, 'two')
    break
  }
  t.is(await next(child.messages()), 'three')
})

channelTest('leaving it ends what waits, and loses no message that comes then', async (t) => {
  const child = await talker(t, ECHO)
  const messages = child.messages()
  const waiting = [messages.next(), messages.next()]
  await messages.return?.()
  t.deepEqual(await Promise.all(waiting), [
    { done: true, value: undefined },
    { done: true, value: undefined },
  ])
  await child.send('one')
  t.is(await next(child.messages()), 'one')
})

channelTest('several that wait are answered in their order', async (t) => {
  const child = await talker(t, ECHO)
  const messages = child.messages()
  const waiting = [next(messages), next(messages), next(messages)]
  for (const message of [1, 2, 3]) await child.send(message)
  t.deepEqual(await Promise.all(waiting), [1, 2, 3])
})
