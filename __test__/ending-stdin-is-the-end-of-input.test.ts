import { pipeline } from 'node:stream/promises'
import test from 'ava'
import { start } from './support/children.js'
import { isWindows, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'
import { within } from './support/within.js'

test('end() with and without a last chunk', async (t) => {
  const child = await start(t, 'cat')
  child.stdin?.write('one ')
  child.stdin?.end('two')
  t.is(await within(5_000, 'the end', textOf(child.stdout)), 'one two')
  t.is((await child.wait()).code, 0)

  const silent = await start(t, 'cat')
  silent.stdin?.end()
  t.is(await within(5_000, 'the end', textOf(silent.stdout)), '')
})

test('destroy() too', async (t) => {
  const child = await start(t, 'cat')
  child.stdin?.destroy()
  t.is((await within(5_000, 'the exit', child.wait())).code, 0)
})

testUnless(isWindows, 'a child can open its stdin and stdout by path', async (t) => {
  const child = await start(t, 'sh', ['-c', 'cat /dev/stdin > /dev/stdout'])
  child.stdin?.end('text')
  t.is(await within(5_000, 'the end', textOf(child.stdout)), 'text')
})

test('two children can be joined by a pipeline', async (t) => {
  const from = await start(t, 'sh', ['-c', 'for i in 3 1 2; do echo $i; done'])
  const to = await start(t, 'sort')
  if (from.stdout === null || to.stdin === null) return void t.fail('expected streams')
  await within(
    5_000,
    'the pipeline',
    Promise.all([pipeline(from.stdout, to.stdin), textOf(to.stdout).then((text) => t.is(text, '1\n2\n3\n'))]),
  )
})
