import test from 'ava'
import { spawn, type ExitStatus } from 'shared-child'
import { rejection } from './support/failures.js'
import { how, killedBy } from './support/how.js'
import { leavesNothing } from './support/leaks.js'
import { notLinux, testUnless } from './support/skip.js'
import { within } from './support/within.js'

interface MaxBuffer {
  code: string
  stdout: string | Buffer
  stderr: string | Buffer
  status: ExitStatus
}

for (const [stream, command] of [
  ['stdout', 'echo err >&2; exec yes'],
  ['stderr', 'echo out; exec yes >&2'],
] as const) {
  test(`${stream}: it rejects with what was read, cut at the limit, and with the status`, async (t) => {
    for (const encoding of ['utf8', 'buffer'] as const) {
      const child = await spawn('sh', ['-c', command])
      const options = { maxBuffer: 10_001, encoding } as { maxBuffer: number; encoding: 'utf8' }
      const error = (await within(
        10_000,
        'output()',
        rejection(t, () => child.output(options)),
      )) as unknown as MaxBuffer
      t.is(error.code, 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
      t.is(how(error.status), killedBy('SIGTERM'))
      t.is(typeof error.stdout, encoding === 'buffer' ? 'object' : 'string')
      t.is(error[stream].length, 10_001)
      t.regex(error[stream].toString(), /^(y\n)+y$/)
      // Of the other stream, the error has what was read until then, which may be nothing.
      t.regex(error[stream === 'stdout' ? 'stderr' : 'stdout'].toString(), /^((err|out)\n)?$/)
      t.deepEqual(await child.wait(), error.status)
    }
  })
}

test('killSignal is what it is killed with', async (t) => {
  const child = await spawn('yes', { killSignal: 'SIGTERM' })
  const error = await rejection(t, () => child.output({ maxBuffer: 5 }))
  t.is(how((error as unknown as MaxBuffer).status), killedBy('SIGTERM'))
})

test('just as much as the limit is not too much', async (t) => {
  const { stdout } = await (await spawn('printf', ['12345'])).output({ maxBuffer: 5 })
  t.is(stdout, '12345')
  const nothing = await (await spawn('true')).output({ maxBuffer: 0 })
  t.is(nothing.stdout, '')
  t.is(
    (await rejection(t, async () => (await spawn('printf', ['1'])).output({ maxBuffer: 0 }))).code,
    'ERR_CHILD_PROCESS_STDIO_MAXBUFFER',
  )
})

test('a child that wrote too much and has ended by itself keeps its own status', async (t) => {
  const child = await spawn('sh', ['-c', 'printf 123456; exit 7'])
  await child.wait()
  const error = (await rejection(t, () => child.output({ maxBuffer: 5 }))) as unknown as MaxBuffer
  t.deepEqual({ code: error.status.code, stdout: error.stdout }, { code: 7, stdout: '12345' })
})

test('the default is 64 MiB', async (t) => {
  const child = await spawn('head', ['-c', `${64 << 20}`, '/dev/zero'])
  t.is((await child.output({ encoding: 'buffer' })).stdout.length, 64 << 20)
  const more = await spawn('head', ['-c', `${(64 << 20) + 1}`, '/dev/zero'])
  t.is((await rejection(t, () => more.output({ encoding: 'buffer' }))).code, 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
})

test.serial('Infinity is no limit', async (t) => {
  const child = await spawn('head', ['-c', `${65 << 20}`, '/dev/zero'])
  t.is((await child.output({ encoding: 'buffer', maxBuffer: Infinity })).stdout.length, 65 << 20)
})

testUnless(notLinux, 'and no fd and no child is left', async (t) => {
  await leavesNothing(t, async () => {
    const child = await spawn('yes')
    await rejection(t, () => child.output({ maxBuffer: 100 }))
  })
})
