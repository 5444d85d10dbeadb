import { once } from 'node:events'
import { execPath } from 'node:process'
import * as ours from 'shared-child/child_process'
import { missing, notWindows, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'

const needed = notWindows || missing('echo.exe', 'cat.exe')

testUnless(needed, 'those with a channel', async (t) => {
  // At once, process.disconnect() could lose the message.
  const script = "process.on('message', (m) => process.send(m + 1, () => process.disconnect()))"
  for (const child of [
    ours.spawn(execPath, ['-e', script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    ours.fork('-e', [script]),
  ]) {
    child.send(41)
    t.is((await once(child, 'message'))[0], 42)
    t.throws(() => ours.sharedChild(child), { code: 'ERR_INVALID_ARG_VALUE' })
  }
})

testUnless(needed, 'those that get a stream of this process', async (t) => {
  const first = ours.spawn('echo', ['a word'])
  const second = ours.spawn('cat', { stdio: [first.stdout, 'pipe', 'inherit'] })
  t.is((await textOf(second.stdout)).trim(), 'a word')
  t.throws(() => ours.sharedChild(second), { code: 'ERR_INVALID_ARG_VALUE' })
})

testUnless(needed, 'and no option of ours is ignored with them', (t) => {
  const refused = { code: 'ERR_FEATURE_UNAVAILABLE', message: /options\.group .* on Windows/ }
  t.throws(() => ours.spawn(execPath, [], { stdio: ['ipc'], group: true }), refused)
  t.throws(() => ours.fork('-e', ['0'], { group: true }), refused)
  t.throws(() => ours.spawn('a.cmd', [], { group: true }), refused)
  t.throws(() => ours.spawnSync('echo', { group: true } as object), refused)
})
