import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import test from 'ava'
import { start } from './support/children.js'
import { slowness, within } from './support/within.js'

const size = 64 << 20

test('through cat, byte for byte, with no more on the way than pipes and buffers hold', async (t) => {
  t.timeout(60_000 * slowness)
  const child = await start(t, 'cat')
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) return void t.fail('expected two streams')
  const block = randomBytes(1 << 16)
  const sent = createHash('sha256')
  const received = createHash('sha256')
  let bytesSent = 0
  let bytesReceived = 0
  let mostOnTheWay = 0
  function* source(): Generator<Buffer> {
    for (let i = 0; bytesSent < size; i++) {
      block.writeUInt32LE(i)
      const chunk = Buffer.from(block)
      sent.update(chunk)
      bytesSent += chunk.length
      mostOnTheWay = Math.max(mostOnTheWay, bytesSent - bytesReceived)
      yield chunk
    }
  }
  const writing = pipeline(Readable.from(source(), { objectMode: false }), stdin)
  const reading = (async () => {
    for await (const chunk of stdout) {
      received.update(chunk as Buffer)
      bytesReceived += (chunk as Buffer).length
    }
  })()
  await within(50_000, '64 MB', Promise.all([writing, reading]))

  t.is(bytesReceived, size)
  t.is(received.digest('hex'), sent.digest('hex'))
  t.true(mostOnTheWay < 8 << 20, `${mostOnTheWay} bytes were on the way at once`)
  t.is((await child.wait()).code, 0)
})

test('a writer is told to stop while nobody reads, and to go on when somebody does', async (t) => {
  const child = await start(t, 'cat')
  const { stdin } = child
  if (stdin === null) return void t.fail('expected a stream')
  const block = Buffer.alloc(1 << 16, 'x')
  let written = 0
  // Pipes and buffers hold far less than this.
  while (written < size && stdin.write(block)) written += block.length
  t.true(written < 8 << 20, `${written} bytes were taken before the writer was told to stop`)
  t.true(stdin.writableNeedDrain)

  let read = 0
  child.stdout?.on('data', (chunk: Buffer) => (read += chunk.length))
  await within(10_000, 'drain', new Promise((resolve) => stdin.once('drain', resolve)))
  stdin.end()
  await within(10_000, 'the end', new Promise((resolve) => child.stdout?.once('end', resolve)))
  t.is(read, written + block.length)
})
