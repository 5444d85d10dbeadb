import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import os from 'node:os'
import { firstRealtimeSignal } from 'shared-child/native'
import { sleeper } from './support/children.js'
import { how, killedBy } from './support/how.js'
import { nativeOf } from './support/native.js'
import { processEntry } from './support/proc.js'
import { emulated, notLinux, testUnless } from './support/skip.js'
import { slowness, until } from './support/within.js'

/** Signals that end no process by default. */
const harmless = new Set(['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH', 'SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU'])
/** Several names have one number (SIGABRT and SIGIOT, SIGIO and SIGPOLL): the first in the system's own list is the one reported. */
const names = new Map(
  Object.entries(os.constants.signals)
    .toReversed()
    .map(([name, number]) => [number, name]),
)
const terminating = [...names].filter(([, name]) => !harmless.has(name)).toReversed()

testUnless(notLinux, 'every terminating signal has the name that child_process gives it', async (t) => {
  t.timeout(60_000 * slowness)
  t.true(terminating.length >= 23)
  for (const [number, name] of terminating) {
    const theirs = nodeSpawn('sleep', ['1000'], { stdio: 'ignore' })
    theirs.kill(number)
    const [, theirName] = (await once(theirs, 'exit')) as [unknown, string]

    const child = await sleeper(t)
    const native = nativeOf(child)
    t.true(await child.sendSignal(name as NodeJS.Signals))
    const [reactor, task] = await Promise.all([child.wait(), native.wait()])
    t.deepEqual(
      { code: reactor.code, signal: reactor.signal, success: reactor.success },
      { code: null, signal: theirName, success: false },
      `${number}`,
    )
    for (const status of [task, await native.tryWait(), native.tryWaitSync(), child.tryWaitSync()]) {
      t.deepEqual({ ...status }, { ...reactor }, name)
    }
  }
})

testUnless(notLinux, 'a signal may be given by name or by number', async (t) => {
  for (const signal of ['SIGTERM', 15, 'SIGUSR1', 10, 'SIGKILL', 9] as const) {
    const child = await sleeper(t)
    t.true(child.killSync(signal))
    const { signal: reported } = await child.wait()
    t.is(String(reported), typeof signal === 'string' ? signal : String(names.get(signal)))
  }
})

testUnless(
  notLinux || emulated('qemu', 'keeps some of the real-time signals'),
  'real-time signals have names too',
  async (t) => {
    for (const [given, reported] of [
      ['SIGRTMIN', 'SIGRTMIN'],
      ['SIGRTMIN+3', 'SIGRTMIN+3'],
      [firstRealtimeSignal() + 5, 'SIGRTMIN+5'],
      [`SIGRTMIN+${64 - firstRealtimeSignal()}`, null],
      [64, null],
    ] as const) {
      const child = await sleeper(t)
      const native = nativeOf(child)
      t.true(child.killSync(given))
      const status = await child.wait()
      t.is(status.code, null)
      t.regex(status.signal ?? '', /^SIGRTMIN(\+\d+)?$/)
      if (reported !== null) t.is(status.signal, reported)
      t.deepEqual({ ...(await native.wait()) }, { ...status })
    }
  },
)

testUnless(notLinux, 'a child that is stopped has not exited, and goes on after SIGCONT', async (t) => {
  const child = await sleeper(t)
  t.true(child.sendSignalSync('SIGSTOP'))
  await until('the child is stopped', () => processEntry(child.pid)?.state === 'T')
  t.is(child.tryWaitSync(), null)
  t.is(await child.tryWait(), null)
  t.is(await child.waitTimeout(0), null)
  t.true(child.sendSignalSync('SIGCONT'))
  await until('the child goes on', () => processEntry(child.pid)?.state === 'S')
  t.is(child.tryWaitSync(), null)
  t.true(child.sendSignalSync('SIGSTOP'))
  t.true(await child.kill(), 'a stopped child can be killed')
  t.is(how(await child.wait()), killedBy('SIGKILL'))
})
