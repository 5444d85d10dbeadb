import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import { spawn } from 'shared-child'
import { all, channelTest } from './support/channel.js'
import { start } from './support/children.js'
import { scriptPath } from './support/scripts.js'

const NAMES = ['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'] as const
/** Prints the variables as a program sees that is not Node: Node deletes them after it has read them. */
const SHOW = 'echo "fd: $NODE_CHANNEL_FD, mode: $NODE_CHANNEL_SERIALIZATION_MODE"'

channelTest('its fd, and how messages are written, are in its environment', async (t) => {
  for (const [fd, serialization] of [
    [3, undefined],
    [5, 'json'],
    [4, 'advanced'],
  ] as const) {
    const stdio = Array.from({ length: fd + 1 }, (_, i) => (i === fd ? ('ipc' as const) : ('pipe' as const)))
    const child = await spawn('sh', ['-c', SHOW], { stdio, serialization })
    t.is((await child.output()).stdout, `fd: ${fd}, mode: ${serialization ?? 'json'}\n`)
  }
})

channelTest('whatever the given environment says', async (t) => {
  const env = { ...process.env, NODE_CHANNEL_FD: '99', NODE_CHANNEL_SERIALIZATION_MODE: 'other', MORE: 'x' }
  const child = await spawn('sh', ['-c', `${SHOW}; echo $MORE; env -0`], {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    env,
  })
  const { stdout } = await child.output()
  t.true(stdout.startsWith('fd: 3, mode: json\nx\n'))
  t.is(stdout.match(/NODE_CHANNEL_[A-Z_]+=/g)?.length, 2, 'each once')
})

channelTest('no other child has them, nor has this process', async (t) => {
  await start(t, process.execPath, ['-e', ''], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  for (const name of NAMES) t.false(name in process.env)
  t.is((await (await spawn('sh', ['-c', SHOW])).output()).stdout, 'fd: , mode: \n')
})

channelTest('nor have the children of a process that has a channel itself', async (t) => {
  const parent = nodeSpawn(process.execPath, [scriptPath('show-channel-to-a-child')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  t.deepEqual(await once(parent, 'message'), ['fd: , mode: \n', undefined])
  await once(parent, 'exit')
})

channelTest('a process that has a channel itself can give one to its child', async (t) => {
  const code = `
    require('shared-child').spawn(process.execPath, ['-e', 'process.send("from the grandchild")'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }).then(async (child) => {
      for await (const message of child.messages()) process.send(message)
    })`
  const child = await start(t, process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  t.deepEqual(await all(child.messages()), ['from the grandchild'])
})
