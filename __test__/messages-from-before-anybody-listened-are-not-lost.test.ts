import { all, next, talker, channelTest } from './support/channel.js'

const THREE = `for (const message of ['one', 'two', 'three']) process.send(message)`
const three = ['one', 'two', 'three']

channelTest('those of a child that has exited', async (t) => {
  const child = await talker(t, THREE)
  await child.wait()
  t.deepEqual(await all(child.messages()), three)
  t.deepEqual(await all(child.messages()), [], 'and then they have been taken')
})

channelTest('those of a child that has exited with a message for it unread', async (t) => {
  // The kernel answers this with a reset of the connection, after the data that the child had written.
  const child = await talker(t, `${THREE}; require('node:fs').readSync(0, Buffer.alloc(1)); process.exit()`, {
    stdio: ['pipe', 'ignore', 'inherit', 'ipc'],
  })
  const messages = child.messages()
  t.is(await next(messages), 'one')
  await messages.return?.()
  await child.send('nobody reads this')
  child.stdin?.write('x')
  await child.wait()
  t.deepEqual(await all(child.messages()), ['two', 'three'])
})

channelTest(
  'not even if the child has exited before the first use of its channel, with a message to it unread',
  async (t) => {
    const child = await talker(t, `${THREE}; require('node:fs').readSync(0, Buffer.alloc(1)); process.exit()`, {
      stdio: ['pipe', 'ignore', 'inherit', 'ipc'],
    })
    const sent = child.send('nobody reads this')
    await sent
    child.stdin?.write('x')
    await child.wait()
    t.deepEqual(await all(child.messages()), three)
  },
)

channelTest('those of a child to which a message failed', async (t) => {
  const child = await talker(
    t,
    `${THREE}; process.once('disconnect', () => process.stdout.write('x')); process.disconnect(); setInterval(() => {}, 1000)`,
  )
  t.is(await textFrom(child.stdout), 'x')
  await t.throwsAsync(child.send('nobody reads this'), { code: 'ERR_IPC_CHANNEL_CLOSED' })
  t.deepEqual(await all(child.messages()), three)
})

channelTest('those that a loop left behind', async (t) => {
  const child = await talker(t, THREE)
  for await (const message of child.messages()) {
    t.is(message, 'one')
    break
  }
  t.deepEqual(await all(child.messages()), ['two', 'three'])
})

async function textFrom(stream: NodeJS.ReadableStream | null): Promise<string> {
  for await (const chunk of stream ?? []) return String(chunk)
  return ''
}
