import { all, ECHO, talker, channelTest } from './support/channel.js'
import { report, runScript } from './support/scripts.js'

const closed = { code: 'ERR_IPC_CHANNEL_CLOSED', message: 'Channel closed' }
/** A child that reads no message. */
const DEAF = 'for (;;);'

channelTest('after the exit of the child', async (t) => {
  const child = await talker(t, '0')
  await child.wait()
  await t.throwsAsync(child.send('late'), closed)
})

channelTest('after the child has disconnected, and after disconnect()', async (t) => {
  const first = await talker(t, ECHO)
  await first.send('stop')
  t.deepEqual(await all(first.messages()), ['stop'])
  await t.throwsAsync(first.send('late'), closed)
  const second = await talker(t, ECHO)
  second.disconnect()
  await t.throwsAsync(second.send('late'), closed)
})

channelTest('when the child ends while it is being written', async (t) => {
  const child = await talker(t, DEAF)
  const sent = [1, 2, 3].map(() => child.send('x'.repeat(1 << 22)))
  await child.kill()
  for (const each of await Promise.allSettled(sent)) t.like(each, { status: 'rejected', reason: closed })
})

channelTest('and is never an uncaught error', async (t) => {
  t.deepEqual(await report(t, runScript(t, 'send-without-waiting')), { unhandled: 0, awaited: closed.code })
})
