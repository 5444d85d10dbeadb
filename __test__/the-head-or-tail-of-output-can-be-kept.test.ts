import test from 'ava'
import { run, spawn } from 'shared-child'
import { rejection } from './support/failures.js'

/** 1 to 200,000, a line each: more than a pipe holds. */
const numbers = Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join('')

test('of as many bytes as maxBuffer says, while the child goes on to its own end', async (t) => {
  for (const maxBuffer of [0, 1, 1000, 100_001, numbers.length - 1]) {
    const head = await run('seq', ['200000'], { maxBuffer, overflow: 'head' })
    t.is(head.stdout, numbers.slice(0, maxBuffer))
    const tail = await run('seq', ['200000'], { maxBuffer, overflow: 'tail' })
    t.is(tail.stdout, numbers.slice(numbers.length - maxBuffer))
    for (const { status, truncated, drained } of [head, tail])
      t.deepEqual([status.code, status.cause, truncated, drained], [0, null, true, true])
  }
})

test('what fits is not truncated', async (t) => {
  for (const overflow of ['kill', 'head', 'tail'] as const) {
    for (const maxBuffer of [numbers.length, Infinity]) {
      const { stdout, truncated } = await run('seq', ['200000'], { maxBuffer, overflow })
      t.true(stdout === numbers)
      t.false(truncated)
    }
  }
})

test('of many small pieces', async (t) => {
  const script =
    'let i = 0; const next = () => i < 3000 && process.stdout.write(i++ + " ", () => setImmediate(next)); next()'
  const all = Array.from({ length: 3000 }, (_, i) => `${i} `).join('')
  t.is((await run(process.execPath, ['-e', script], { maxBuffer: 100, overflow: 'tail' })).stdout, all.slice(-100))
})

test('never of more bytes than maxBuffer, also where that is no integer', async (t) => {
  for (const [overflow, text] of [
    ['head', '1234'],
    ['tail', '6789'],
  ] as const) {
    const natively = await spawn('printf', ['123456789'])
    t.is((await natively.output({ maxBuffer: 4.5, overflow })).stdout, text)
    const withStream = await spawn('printf', ['123456789'])
    t.truthy(withStream.stdout)
    t.is((await withStream.output({ maxBuffer: 4.5, overflow })).stdout, text)
  }
})

test('of stderr by itself, and in the error of a command that fails', async (t) => {
  const script = 'echo out; echo 123456 >&2; exit 3'
  const options = { maxBuffer: 4, overflow: 'tail', check: true } as const
  const error = await rejection(t, async () => (await spawn('sh', ['-c', script])).output(options))
  t.like(error, { code: 'ERR_COMMAND_FAILED', stdout: 'out\n', stderr: '456\n' })
})

test('any other word is refused', async (t) => {
  t.is((await rejection(t, () => run('true', [], { overflow: 'middle' as 'head' }))).code, 'ERR_INVALID_ARG_VALUE')
})
