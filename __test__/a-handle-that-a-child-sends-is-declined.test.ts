import { channelTest, next, talker } from './support/channel.js'
import { openFds } from './support/proc.js'
import { notLinux } from './support/skip.js'
import { textOf } from './support/text.js'

const countFds = (): number | null => (notLinux ? null : openFds().length)

// The child holds back all further messages until it is told about the handle. It tries several times to send a socket.
const SEND_HANDLES = `
  const { connect, createServer } = require('node:net')
  process.on('warning', ({ name }) => process.stdout.write(name))
  process.on('message', () => process.exit())
  const server = createServer().listen(0, '127.0.0.1', () => {
    const socket = connect(server.address().port, '127.0.0.1', () => {
      process.send('before')
      process.send('with a server', server)
      process.send('with a socket', socket)
      process.send('after')
    })
  })`

channelTest('nothing of it arrives, and the child goes on', async (t) => {
  const child = await talker(t, SEND_HANDLES)
  const messages = child.messages()
  t.is(await next(messages), 'before')
  const before = countFds()
  t.is(await next(messages), 'after')
  t.is(countFds(), before, 'no descriptor has come')
  await child.send('done')
  t.is(await textOf(child.stdout), 'SentHandleNotReceivedWarning')
})
