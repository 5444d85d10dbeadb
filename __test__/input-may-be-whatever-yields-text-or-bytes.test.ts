import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { run, spawn, type OutputInput } from 'shared-child'
import { rejection } from './support/failures.js'
import { leavesNothing } from './support/leaks.js'
import { notLinux, testUnless } from './support/skip.js'
import { until, within } from './support/within.js'

const cat = (input: OutputInput): Promise<string> => run('cat', [], { input }).then(({ stdout }) => stdout)

async function* slowly(...pieces: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  for (const piece of pieces) yield await sleep(1, piece)
}

test.serial('text and bytes of every kind, whole or in pieces', async (t) => {
  const text = 'ünï🦀'
  const bytes = new TextEncoder().encode(text)
  const [head, tail] = [bytes.slice(0, 4), bytes.slice(4)]
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const inputs: Record<string, OutputInput> = {
    string: text,
    Uint8Array: bytes,
    ArrayBuffer: buffer,
    DataView: new DataView(buffer),
    Blob: new Blob([bytes]),
    Readable: Readable.from([Buffer.from(head), Buffer.from(tail)]),
    ReadableStream: new Blob([bytes]).stream() as never,
    array: [head, tail],
    set: new Set([text]),
    'async iterable': slowly(head, '', tail),
    generator: (function* () {
      yield* [head, tail]
    })(),
  }
  for (const [name, input] of Object.entries(inputs)) t.is(await within(10_000, name, cat(input)), text, name)
  t.is(await cat([]), '')
  t.is(await cat(new Uint16Array([0x4241])), 'AB')
})

test.serial('another child as the source', async (t) => {
  t.is(await cat((await spawn('seq', ['3'])).stdout), '1\n2\n3\n')
})

test.serial('a source is read no faster than the child reads', async (t) => {
  let pieces = 0
  const megabyte = Buffer.alloc(1 << 20, 'x')
  function* source(): Generator<Uint8Array> {
    while (pieces++ < 64) yield megabyte
  }
  const child = await spawn('sleep', ['1000'])
  const output = child.output({ input: source(), encoding: 'utf8' })
  await until('the pipe is full', () => pieces > 0)
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
  t.true(pieces < 64)
  child.killSync()
  await within(10_000, 'output', output)
  t.true(pieces < 64)
  t.true((await cat([megabyte, megabyte])) === 'x'.repeat(2 << 20))
})

test.serial('a child that does not read all of it is no error, and what is left is given up', async (t) => {
  let returned = false
  async function* endless(): AsyncGenerator<string> {
    try {
      for (;;) yield await sleep(1, 'x'.repeat(1 << 16))
    } finally {
      returned = true
    }
  }
  const once = ['-e', 'process.stdin.once("data", () => process.exit())']
  const { status } = await within(10_000, 'output', run(process.execPath, once, { input: endless() }))
  t.is(status.code, 0)
  await until('the generator is left', () => returned)

  // These need no turn of the event loop, so they are given up when output() resolves.
  let left = false
  function* zeros(): Generator<string> {
    try {
      for (;;) yield '0'
    } finally {
      left = true
    }
  }
  await within(10_000, 'output', run(process.execPath, once, { input: zeros() }))
  t.true(left)

  const silent = new Readable({ read() {} })
  t.true((await within(10_000, 'output', run('true', [], { input: silent }))).status.success)
  t.true(silent.destroyed)

  let cancelled = false
  const web = new ReadableStream({ cancel: () => void (cancelled = true) })
  t.true((await within(10_000, 'output', run('true', [], { input: web as never }))).status.success)
  t.true(cancelled)
})

test.serial("the input's own error ends the child, and is what output() rejects with", async (t) => {
  const own = new Error('the source has failed')
  async function* failing(): AsyncGenerator<string> {
    yield 'x'
    throw await sleep(1, own)
  }
  for (const input of [failing(), Readable.from(failing())]) {
    const child = await spawn('sleep', ['1000'])
    t.is(
      await within(
        10_000,
        'output',
        rejection(t, () => child.output({ input })),
      ),
      own as never,
    )
    t.is((await child.wait()).cause, 'terminate')
  }
  const wrong = await rejection(t, () => run('cat', [], { input: [1, 2] as never }))
  t.is(wrong.code, 'ERR_INVALID_ARG_TYPE')
  const locked = new ReadableStream()
  locked.getReader()
  t.true((await rejection(t, () => run('cat', [], { input: locked as never }))) instanceof TypeError)
})

test.serial('what is nothing of the kind is refused', async (t) => {
  for (const input of [5, true, null, {}, () => {}, Symbol('x')])
    t.is((await rejection(t, () => run('cat', [], { input: input as never }))).code, 'ERR_INVALID_ARG_TYPE')
})

testUnless(notLinux, 'and leaves nothing', async (t) => {
  await leavesNothing(t, async () => {
    await run('cat', [], { input: ['a', 'b'] })
    await run('true', [], { input: new Readable({ read() {} }) })
  })
})
