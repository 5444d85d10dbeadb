import test from 'ava'
import { spawn } from 'shared-child'
import { start } from './support/children.js'
import { rejection } from './support/failures.js'
import { textOf } from './support/text.js'
import { within } from './support/within.js'

const wrong = { encoding: 'no-such-encoding' } as never

test('so that a child which reads it does not run for ever', async (t) => {
  const throwing = {
    get encoding(): 'utf8' {
      throw Object.assign(new Error('mine'), { code: 'MINE' })
    },
  }
  for (const [options, code] of [
    [wrong, 'ERR_INVALID_ARG_VALUE'],
    [{ input: 'x', maxBuffer: -1 }, 'ERR_OUT_OF_RANGE'],
    [5 as never, 'ERR_INVALID_ARG_TYPE'],
    [throwing, 'MINE'],
  ] as const) {
    const child = await start(t, 'cat')
    t.is((await rejection(t, () => child.output(options))).code, code)
    t.is((await within(10_000, `the exit after ${code}`, child.wait())).code, 0)
    t.is(await textOf(child.stdout), '')
  }
})

test('but not of one whose stdin somebody writes to', async (t) => {
  const child = await start(t, 'cat')
  t.is((await rejection(t, () => child.output(wrong))).code, 'ERR_INVALID_ARG_VALUE')
  child.stdin?.end('text')
  t.is(await textOf(child.stdout), 'text')
})

test('and it can be called again', async (t) => {
  const child = await spawn('echo', ['text'])
  await rejection(t, () => child.output(wrong))
  t.is((await child.output()).stdout, 'text\n')
})
