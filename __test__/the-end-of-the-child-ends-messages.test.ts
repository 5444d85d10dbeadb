import { all, next, RAW, talker, channelTest } from './support/channel.js'

/** Leaves a process behind that has inherited the channel. On Windows, Node.js takes its children along unless they are detached. */
const HEIR = `
  const options = { stdio: ['ignore', 'ignore', 'ignore', 3], detached: process.platform === 'win32' }
  require('node:child_process').spawn('sleep', ['1000'], options).unref()
  process.send('one')
  process.send('two')`

channelTest('even if another process has inherited the channel, while it is being read', async (t) => {
  const child = await talker(t, `${HEIR}; process.on('message', () => process.exit())`, { group: true })
  t.teardown(() => child.killGroupSync())
  const messages = child.messages()
  t.is(await next(messages), 'one')
  t.is(await next(messages), 'two')
  const last = messages.next()
  await child.send('go')
  t.deepEqual(await last, { done: true, value: undefined })
  t.true(child.killGroupSync(0), 'somebody has it')
  t.true((await child.wait()).success)
})

channelTest('even if another process has inherited the channel, when it is first used afterwards', async (t) => {
  const child = await talker(t, HEIR, { group: true })
  t.teardown(() => child.killGroupSync())
  await child.wait()
  t.true(child.killGroupSync(0), 'somebody has it')
  t.deepEqual(await all(child.messages()), ['one', 'two'])
})

channelTest('and a message that it cut short is none', async (t) => {
  const child = await talker(t, `${RAW}; raw('"whole"\\n"part')`)
  t.deepEqual(await all(child.messages()), ['whole'])
})
