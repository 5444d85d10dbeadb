import { SharedChild } from 'shared-child'
import { ECHO, next, talker, channelTest } from './support/channel.js'
import { start } from './support/children.js'
import { message, startWorker } from './support/scripts.js'

const taken = { code: 'ERR_INVALID_STATE', message: /taken before/ }
const none = { code: 'ERR_INVALID_STATE', message: /has no channel/ }

channelTest('the first handle that uses it has it', async (t) => {
  const child = await talker(t, ECHO)
  const other = SharedChild.attach(child.share())
  await other.send('hello')
  await t.throwsAsync(child.send('hello'), taken)
  t.throws(() => child.messages(), taken)
  t.throws(() => child.disconnect(), taken)
  t.is(await next(other.messages()), 'hello')
})

channelTest('a worker that has attached the child may be the one, and knows how messages are written', async (t) => {
  const child = await talker(t, ECHO, { serialization: 'advanced' })
  const worker = startWorker(t, 'talk-to-a-child', { workerData: child.share() })
  t.deepEqual(await message(worker), new Map([['key', 1n]]))
  await t.throwsAsync(child.send('hello'), taken)
})

channelTest('without one, send(), messages() and disconnect() say so', async (t) => {
  const child = await start(t, process.execPath, ['-e', ''], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  await t.throwsAsync(child.send('hello'), none)
  t.throws(() => child.messages(), none)
  t.throws(() => child.disconnect(), none)
})
