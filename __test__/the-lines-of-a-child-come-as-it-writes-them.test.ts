import test from 'ava'
import { SharedChild, spawn } from 'shared-child'
import { start } from './support/children.js'
import { rejection, thrown } from './support/failures.js'
import { leavesNothing } from './support/leaks.js'
import { notLinux, testUnless } from './support/skip.js'
import { until, within } from './support/within.js'

/** Starts a program that writes these chunks, each with its own write. */
const writer = (chunks: readonly (string | readonly number[])[], stream = 'stdout'): readonly string[] => [
  '-e',
  `const chunks = ${JSON.stringify(chunks)}
   const next = () => chunks.length > 0 && process.${stream}.write(Buffer.from(chunks.shift()), () => setTimeout(next, 20))
   next()`,
]

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const list: string[] = []
  for await (const line of lines) list.push(line)
  return list
}

test.serial('without their ends, and a last one without an end is one too', async (t) => {
  for (const [text, lines] of [
    ['a\nb\n', ['a', 'b']],
    ['a\r\nb\r\n\r\n', ['a', 'b', '']],
    ['a\rb\r\r\nc\r', ['a\rb\r', 'c\r']],
    ['\n\na', ['', '', 'a']],
    ['\u2028\u0085\v\f', ['\u2028\u0085\v\f']],
    ['', []],
  ] as const) {
    t.deepEqual(await all((await spawn(process.execPath, writer([text]))).lines()), [...lines], JSON.stringify(text))
  }
})

test.serial('characters and line ends that are cut come whole', async (t) => {
  const crab = [...Buffer.from('🦀')]
  const chunks = [crab.slice(0, 1), crab.slice(1, 3), crab.slice(3), 'a\r', '\nb', 'c', '\n']
  t.deepEqual(await all((await spawn(process.execPath, writer(chunks))).lines()), ['🦀a', 'bc'])
})

test.serial('each as soon as it is there', async (t) => {
  const child = await start(t, process.execPath, [
    '-e',
    'process.stdin.on("data", (data) => process.stdout.write(data))',
  ])
  const lines = child.lines()
  for (const line of ['first', 'second', 'third']) {
    child.stdin!.write(`${line}\n`)
    t.deepEqual(await within(10_000, line, lines.next()), { done: false, value: line })
  }
  child.stdin!.end('rest')
  t.is((await lines.next()).value, 'rest')
  t.is((await lines.next()).done, true)
})

test.serial('of stderr, and in other encodings', async (t) => {
  const child = await spawn(process.execPath, writer([[0xfc, 0x0a], 'x'], 'stderr'))
  t.deepEqual(await all(child.lines({ from: 'stderr', encoding: 'latin1' })), ['ü', 'x'])
  t.deepEqual(await all(child.lines()), [])
})

test.serial('of a child that has exited, also through another handle', async (t) => {
  const child = await spawn(process.execPath, ['-e', 'console.log("a"); console.log("b")'])
  await child.wait()
  t.deepEqual(await all(SharedChild.attach(child.share()).lines()), ['a', 'b'])
})

test.serial('a child has to wait while nobody asks for the next line', async (t) => {
  const child = await start(t, 'yes', ['0123456789'.repeat(10)])
  const lines = child.lines()
  await lines.next()
  const stream = child.stdout!
  // Without a limit on what is read ahead, this would go on for ever.
  await until('something is read ahead', () => stream.readableLength > 0)
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
  t.true(stream.readableLength < 1 << 20, `${stream.readableLength}`)
})

test.serial('a million of them, none is lost', async (t) => {
  let count = 0
  let sum = 0
  for await (const line of (await spawn('seq', ['1000000'])).lines()) {
    count++
    sum += Number(line)
  }
  t.deepEqual({ count, sum }, { count: 1_000_000, sum: 500_000_500_000 })
})

test.serial('they have the stream for themselves', async (t) => {
  const state = 'ERR_INVALID_STATE'
  const child = await start(t, 'sleep', ['1000'])
  child.lines()
  t.is(thrown(t, () => child.lines()).code, state)
  t.is((await rejection(t, () => child.output())).code, state)
  t.is(
    (await rejection(t, () => spawn('cat', { stdio: [child.stdout, 'ignore', 'ignore'] }))).code,
    'ERR_INVALID_ARG_VALUE',
  )
  t.is((await child.lines({ from: 'stderr' }).return!()).done, true, 'stderr is another stream')

  const output = await start(t, 'sleep', ['1000'])
  const collecting = output.output()
  t.is(thrown(t, () => output.lines()).code, state)
  output.killSync()
  await collecting

  const heard = await start(t, 'sleep', ['1000'])
  heard.stdout!.on('data', () => {})
  t.is(thrown(t, () => heard.lines()).code, state)
  const taken = await start(t, 'sleep', ['1000'])
  taken.takeStdout()!.destroy()
  t.is(thrown(t, () => taken.lines()).code, state)
  const none = await start(t, 'sleep', ['1000'], { stdio: 'ignore' })
  t.is(thrown(t, () => none.lines()).code, state)
})

test.serial('wrong options are refused, and the stream can still be read', async (t) => {
  const child = await spawn(process.execPath, ['-e', 'console.log("text")'])
  t.is(thrown(t, () => child.lines({ from: 'stdin' as 'stdout' })).code, 'ERR_INVALID_ARG_VALUE')
  t.is(thrown(t, () => child.lines({ encoding: 'other' as 'utf8' })).code, 'ERR_INVALID_ARG_VALUE')
  t.is(thrown(t, () => child.lines({ encoding: 5 as never })).code, 'ERR_INVALID_ARG_TYPE')
  t.is(thrown(t, () => child.lines('stdout' as never)).code, 'ERR_INVALID_ARG_TYPE')
  t.deepEqual(await all(child.lines(Object.create({ from: 'stderr' }) as object)), ['text'])
})

test.serial('a stream that is destroyed meanwhile is their end', async (t) => {
  const child = await start(t, 'yes')
  const lines = child.lines()
  await lines.next()
  const disposed = (async () => {
    await using _ = child
  })()
  let last = await lines.next()
  await within(
    10_000,
    'the end of the lines',
    (async () => {
      while (last.done !== true) last = await lines.next()
    })(),
  )
  await disposed
  t.true(last.done)
  await until('the stream is closed', () => child.stdout!.closed)
})

testUnless(notLinux, 'and leave nothing', async (t) => {
  await leavesNothing(t, async () => {
    const child = await spawn('seq', ['3'])
    await all(child.lines())
    await child.lines({ from: 'stderr' }).return!()
    await child.wait()
  })
})
