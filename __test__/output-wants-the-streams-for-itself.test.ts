import { PassThrough, type Readable } from 'node:stream'
import test from 'ava'
import { SharedChild } from 'shared-child'
import { start } from './support/children.js'
import { rejection } from './support/failures.js'

const uses: Record<string, (stream: Readable) => unknown> = {
  "on('data')": (stream) => stream.on('data', () => {}),
  "on('readable')": (stream) => stream.on('readable', () => {}),
  'pipe()': (stream) => stream.pipe(new PassThrough()),
  'resume()': (stream) => stream.resume(),
  'setEncoding()': (stream) => stream.setEncoding('utf8'),
  'destroy()': (stream) => stream.destroy(),
  'for await': (stream) => void stream[Symbol.asyncIterator]().next(),
}

for (const [name, use] of Object.entries(uses)) {
  test(`${name} before it is an error that says what to do, at once and later`, async (t) => {
    for (const stream of ['stdout', 'stderr'] as const) {
      for (const later of [false, true]) {
        const child = await start(t, 'sh', ['-c', 'echo out; echo err >&2; exec sleep 1000'])
        use(child[stream] as Readable)
        if (later) await new Promise((resolve) => setImmediate(resolve))
        const error = await rejection(t, () => child.output())
        t.is(error.code, 'ERR_INVALID_STATE')
        t.regex(
          error.message,
          new RegExp(`output\\(\\) reads ${stream} .* Call output\\(\\) first .* or read all of it`),
        )
      }
    }
  })
}

test('what was taken is named, too', async (t) => {
  const child = await start(t, 'sleep', ['1000'])
  child.takeStderr()?.destroy()
  t.regex((await rejection(t, () => child.output())).message, /needs stderr, which was taken/)
  const shared = await start(t, 'sleep', ['1000'])
  SharedChild.attach(shared.share()).stdout?.destroy()
  t.regex((await rejection(t, () => shared.output())).message, /needs stdout, which was taken .* another handle/)
})

test('looking at them, and listening for their end, is no use', async (t) => {
  const child = await start(t, 'sh', ['-c', 'echo out; echo err >&2'])
  const ends: string[] = []
  child.stdout
    ?.on('end', () => ends.push('stdout'))
    .on('error', () => {})
    .on('close', () => {})
  child.stderr?.pause().once('end', () => ends.push('stderr'))
  const { stdout, stderr } = await child.output()
  t.deepEqual([stdout, stderr, ends.toSorted()], ['out\n', 'err\n', ['stderr', 'stdout']])
})
