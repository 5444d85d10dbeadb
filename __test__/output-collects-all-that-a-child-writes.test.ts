import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { SharedChild, spawn } from 'shared-child'
import { start } from './support/children.js'
import { rejection } from './support/failures.js'
import { temporaryDirectory } from './support/files.js'
import { how, killedBy } from './support/how.js'
import { leavesNothing } from './support/leaks.js'
import { notLinux, testUnless } from './support/skip.js'
import { until, within } from './support/within.js'

const shell = (command: string): Promise<SharedChild> => spawn('sh', ['-c', command])

test.serial('as text, by default in UTF-8', async (t) => {
  const output = await (await shell('echo out ünïcode 🦀; echo err >&2; exit 3')).output()
  t.is(output.stdout, 'out ünïcode 🦀\n')
  t.is(output.stderr, 'err\n')
  t.is(output.status.code, 3)
  t.true(output.drained)
})

test.serial('as bytes, and in other encodings', async (t) => {
  const { stdout, stderr } = await (await shell("printf '\\377\\000\\001'")).output({ encoding: 'buffer' })
  t.deepEqual(stdout, Buffer.from([255, 0, 1]))
  t.deepEqual(stderr, Buffer.alloc(0))
  for (const encoding of ['hex', 'base64', 'latin1', 'utf16le'] as const) {
    const text = await (await shell("printf '\\377\\000\\001\\000'")).output({ encoding })
    t.is(text.stdout, Buffer.from([255, 0, 1, 0]).toString(encoding))
  }
})

test.serial('characters that are cut between two chunks come whole', async (t) => {
  const { stdout } = await (await shell("printf '\\360\\237'; sleep 0.1; printf '\\246\\200'")).output()
  t.is(stdout, '🦀')
})

test.serial('input is written and stdin ended, whatever its size', async (t) => {
  t.is((await (await spawn('cat')).output({ input: 'text ünïcode' })).stdout, 'text ünïcode')
  t.is((await (await spawn('cat')).output({ input: '' })).stdout, '')
  const bytes = randomBytes(10 << 20)
  const { stdout } = await within(
    20_000,
    '10 MB',
    (await spawn('cat')).output({ input: new Uint8Array(bytes), encoding: 'buffer' }),
  )
  t.is(createHash('sha256').update(stdout).digest('hex'), createHash('sha256').update(bytes).digest('hex'))
  t.is(
    (await (await spawn('true')).output({ input: bytes })).status.code,
    0,
    'a child that does not read it is no error',
  )
})

test.serial('a child that closes its stdin and goes on has its whole output collected', async (t) => {
  const child = await shell('exec <&-; sleep 0.1; echo text; exit 5')
  const { stdout, status } = await within(10_000, 'output()', child.output({ input: randomBytes(10 << 20) }))
  t.deepEqual({ stdout, code: status.code }, { stdout: 'text\n', code: 5 })
})

test.serial('a child that reads its stdin ends without input', async (t) => {
  const { stdout, status } = await within(5_000, 'cat', (await spawn('cat')).output())
  t.is(stdout, '')
  t.is(status.code, 0)
})

test.serial('what is not a pipe is empty', async (t) => {
  const child = await spawn('sh', ['-c', 'echo out; echo err >&2'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const { stdout, stderr, drained } = await child.output()
  t.deepEqual({ stdout, stderr, drained }, { stdout: '', stderr: 'err\n', drained: true })
  const none = await (await spawn('true', { stdio: 'ignore' })).output({ encoding: 'buffer' })
  t.deepEqual([none.stdout, none.stderr], [Buffer.alloc(0), Buffer.alloc(0)])
})

test.serial('after the exit', async (t) => {
  const child = await shell('echo text; exit 2')
  await child.wait()
  const { stdout, status, drained } = await within(5_000, 'output()', child.output())
  t.deepEqual({ stdout, code: status.code, drained }, { stdout: 'text\n', code: 2, drained: true })
})

test.serial('of a child that is killed', async (t) => {
  const written = path.join(temporaryDirectory(t), 'written')
  const child = await shell(`echo text; echo > '${written}'; exec sleep 1000`)
  const collecting = child.output()
  await until('the child has written', () => fs.existsSync(written))
  child.killSync()
  const { stdout, status } = await within(5_000, 'output()', collecting)
  t.deepEqual({ stdout, end: how(status) }, { stdout: 'text\n', end: killedBy('SIGKILL') })
})

test.serial('once only, and not of what somebody has taken', async (t) => {
  const child = await shell('echo text')
  const first = child.output()
  t.is((await rejection(t, () => child.output())).code, 'ERR_INVALID_STATE')
  t.is((await first).stdout, 'text\n')
  t.is((await rejection(t, () => child.output())).code, 'ERR_INVALID_STATE')

  for (const take of ['takeStdout', 'takeStderr', 'takeStdin'] as const) {
    const taken = await start(t, 'sleep', ['1000'])
    taken[take]()?.destroy()
    const error = await within(
      5_000,
      take,
      rejection(t, () => taken.output({ input: 'x' })),
    )
    t.is(error.code, 'ERR_INVALID_STATE', take)
  }
  const elsewhere = await start(t, 'sleep', ['1000'])
  SharedChild.attach(elsewhere.share()).stdout?.destroy()
  const error = await within(
    5_000,
    'output() of what another handle took',
    rejection(t, () => elsewhere.output()),
  )
  t.is(error.code, 'ERR_INVALID_STATE')
})

testUnless(notLinux, 'and leaves no fd', async (t) => {
  await leavesNothing(t, async () => (await shell('cat; echo text; echo err >&2')).output({ input: 'x' }))
})
