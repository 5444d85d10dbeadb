import { all, next, channelTest } from './support/channel.js'
import { start } from './support/children.js'
import { isWindows, testUnless } from './support/skip.js'

/** Leaves somebody behind who has the channel. */
const HEIR = `echo '"one"' >&3; echo '"two"' >&3; sleep 1000 &`
const options = { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], group: true } as const

testUnless(isWindows, 'whoever has inherited the channel, when it is being read', async (t) => {
  const child = await start(t, 'sh', ['-c', `${HEIR} read line <&3`], options)
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

testUnless(isWindows, 'whoever has inherited the channel, when nobody has asked for it before', async (t) => {
  const child = await start(t, 'sh', ['-c', HEIR], options)
  t.teardown(() => child.killGroupSync())
  await child.wait()
  t.true(child.killGroupSync(0), 'somebody has it')
  t.deepEqual(await all(child.messages()), ['one', 'two'])
})

channelTest('and a message that it cut short is none', async (t) => {
  const child = await start(t, process.execPath, ['-e', `require('node:fs').writeSync(3, '"whole"\\n"part')`], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  t.deepEqual(await all(child.messages()), ['whole'])
})
