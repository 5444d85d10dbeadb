import fs from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { CommandError, run } from 'shared-child'
import { rejection } from './support/failures.js'
import { temporaryDirectory } from './support/files.js'
import { leavesNothing } from './support/leaks.js'
import { notLinux, testUnless } from './support/skip.js'
import { within } from './support/within.js'

const node = process.execPath

test.serial('in one call, as text', async (t) => {
  const { status, stdout, stderr, drained } = await run(node, ['-e', 'console.log("out"); console.error("err")'])
  t.deepEqual(
    { code: status.code, stdout, stderr, drained },
    { code: 0, stdout: 'out\n', stderr: 'err\n', drained: true },
  )
})

test.serial('as bytes; the arguments may be left out, or be null', async (t) => {
  const script = 'process.stdout.write(Buffer.of(0, 255))'
  t.deepEqual((await run(node, ['-e', script], { encoding: 'buffer' })).stdout, Buffer.of(0, 255))
  const env = { ...process.env, NODE_OPTIONS: '--no-such-option' }
  t.not((await run(node, { env, check: false })).status.code, 0)
  t.not((await run(node, null, { env, check: false })).status.code, 0)
})

test.serial('what it prints is what it makes of its input, and without one it reads the end of it', async (t) => {
  const cat = ['-e', 'process.stdin.pipe(process.stdout)']
  t.is((await run(node, cat, { input: 'text' })).stdout, 'text')
  t.is((await within(10_000, 'the end of the input', run(node, cat))).stdout, '')
})

test.serial('options are read at the call', async (t) => {
  const args = ['-e', 'console.log(process.argv[1])', 'first']
  const options = { input: '', check: true }
  const running = run(node, args, options)
  args[2] = 'second'
  options.check = 5 as never
  t.is((await running).stdout, 'first\n')
})

test.serial('a program that cannot be started is the error of spawn()', async (t) => {
  const error = await rejection(t, () => run('no-such-program-anywhere', ['x']))
  t.is(error.code, 'ENOENT')
  t.false(error instanceof CommandError)
})

test.serial('an invalid option is refused before anything is started', async (t) => {
  const file = path.join(temporaryDirectory(t), 'started')
  const args = ['-e', `require("node:fs").writeFileSync(${JSON.stringify(file)}, "")`]
  for (const [options, code] of [
    [{ check: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [{ maxBuffer: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ encoding: 'other' }, 'ERR_INVALID_ARG_VALUE'],
    [{ input: 5 }, 'ERR_INVALID_ARG_TYPE'],
    [{ input: 'x', stdio: 'ignore' }, 'ERR_INVALID_ARG_VALUE'],
    [{ input: 'x', stdio: ['inherit', 'pipe', 'pipe'] }, 'ERR_INVALID_ARG_VALUE'],
    [{ timeout: 'x' }, 'ERR_INVALID_ARG_TYPE'],
    ['x', 'ERR_INVALID_ARG_TYPE'],
  ] as const) {
    t.is((await rejection(t, () => run(node, args, options as object))).code, code, JSON.stringify(options))
  }
  t.is((await rejection(t, () => run(node, 'x' as never))).code, 'ERR_INVALID_ARG_TYPE')
  await run(node, ['-e', ''])
  t.false(fs.existsSync(file))
})

test.serial('inherited options are none', async (t) => {
  t.is((await run(node, ['-p', '1'], Object.create({ encoding: 'hex', input: 5 }) as object)).stdout, '1\n')
})

testUnless(notLinux, 'and leaves nothing, whatever comes of it', async (t) => {
  await leavesNothing(t, async () => {
    await run('cat', [], { input: 'x' })
    await run('false').catch(() => undefined)
    await run('yes', [], { maxBuffer: 10 }).catch(() => undefined)
    await run('no-such-program-anywhere').catch(() => undefined)
  })
})
