import { once } from 'node:events'
import type { ExecutionContext } from 'ava'
import { spawn } from 'shared-child'
import { report, runHost, scriptPath } from './support/scripts.js'
import type { Told } from './support/scripts/terminate-children.js'
import { emulated, notWindows, testUnless } from './support/skip.js'
import { within } from './support/within.js'

testUnless(notWindows, 'a process that cannot be asked is killed at once', async (t) => {
  // Without a group, a Ctrl-Break would reach other processes, too, and the child has no window.
  const script = "process.stdout.write('ready'); setTimeout(() => {}, 600000)"
  const child = await spawn(process.execPath, ['-e', script])
  t.teardown(() => child.killSync())
  await within(60_000, 'its start', once(child.stdout, 'data'))
  const status = await within(20_000, 'its end', child.terminate({ grace: Infinity }))
  t.like(status, { code: 1, signal: null, cause: 'terminate' })
})

for (const how of ['detached', 'windowsHide'] as const) {
  const title = `from a process ${how === 'detached' ? 'without a console' : 'with a console'}`
  const host = (t: ExecutionContext, act: string): Promise<Told> =>
    report<Told>(t, runHost(t, [process.execPath, scriptPath('terminate-children'), how, act]))

  testUnless(
    notWindows || emulated('wine', 'delivers a Ctrl-Break to nobody, and says that it has'),
    `${title}: a group hears Ctrl-Break`,
    async (t) => {
      t.like(await host(t, 'listens'), { code: 42, cause: 'terminate', gone: true })
    },
  )

  testUnless(notWindows, `${title}: a group that does not want to hear is killed after its grace`, async (t) => {
    const told = await host(t, 'is deaf')
    t.like(told, { code: 1, cause: 'terminate', gone: true })
    t.true(told.ms >= 300, `${told.ms} ms`)
  })
}
