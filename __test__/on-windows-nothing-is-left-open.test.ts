import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { SharedChild, spawn } from 'shared-child'
import * as replacement from 'shared-child/child_process'
import { all } from './support/channel.js'
import { rejection } from './support/failures.js'
import { missing, notWindows, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'
import { until } from './support/within.js'

const handles = (): number => Number(execFileSync('handle-count', [String(process.pid)], { encoding: 'utf8' }))

const acts: Record<string, () => Promise<unknown>> = {
  'children that ended by themselves': async () => (await spawn('true')).wait(),
  'children that were read': async () => (await spawn('echo', ['text'])).output(),
  'children that were killed': async () => {
    const child = await spawn('sleep', ['1000'])
    child.killSync()
    await child.wait()
  },
  'extra pipes': async () => {
    const child = await spawn(process.execPath, ['-e', "fs.writeSync(3, 'text')"], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    await textOf(child.stdio[3] as never)
    await child.wait()
  },
  channels: async () => {
    const child = await spawn(process.execPath, ['-e', "process.send('text')"], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    await all(child.messages())
    await child.wait()
  },
  'channels that are full': async () => {
    const child = await spawn('sleep', ['1000'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    void child.send('x'.repeat(1 << 20))
    child.killSync()
    await child.wait()
    await all(child.messages())
  },
  'channels that nobody uses': async () =>
    (await spawn('true', { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })).wait(),
  'children of the replacement of child_process': async () => {
    await once(replacement.spawn('echo', ['text'], { stdio: ['pipe', 'pipe', 'overlapped'] }), 'close')
    await once(replacement.spawn('no-such-program-anywhere'), 'error')
  },
  'programs that are not there': () => SharedChild.spawn('no-such-program-anywhere').catch(() => undefined),
}

testUnless(notWindows || missing('handle-count.exe'), 'no handle', async (t) => {
  await rejection(t, () => spawn('no-such-program-anywhere'))
  for (const [name, act] of Object.entries(acts)) {
    for (let i = 0; i < 3; i++) await act()
    const before = handles()
    for (let i = 0; i < 20; i++) await act()
    // The thread pool and the garbage collector release the last ones at their own time; a leak of one per child would be 20.
    await until(`${name}: as many handles as before`, () => handles() < before + 10).catch(() => undefined)
    const after = handles()
    t.true(after < before + 10, `${name}: ${before} handles before, ${after} after`)
  }
})
