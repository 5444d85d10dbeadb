import test from 'ava'
import { FramedCodec } from '../lib/ipc/frames.js'

const DATA = 1
const SOCKET = 2
const CONNECTION = 4

/** A frame as libuv writes it on Windows (src/win/pipe.c). */
function frame(flags: number, data: string, length = Buffer.byteLength(data), last = 0): Buffer {
  const header = Buffer.alloc(16, 0xee)
  header.writeUInt32LE(flags, 0)
  header.writeUInt32LE(length, 8)
  header.writeUInt32LE(last, 12)
  const socket = Buffer.alloc(flags & SOCKET ? 632 : 0, 'socket ')
  return Buffer.concat([header, socket, Buffer.from(data)])
}

/** A codec whose messages are the pieces of data themselves. */
const plain = {
  encode: (message: unknown) => Buffer.from(String(message)),
  *decode(bytes: Buffer) {
    yield bytes.toString('latin1')
  },
}

function read(pieces: readonly Buffer[]): string {
  const codec = new FramedCodec(plain)
  return pieces.flatMap((piece) => [...codec.decode(piece)]).join('')
}

const STREAM = Buffer.concat([
  frame(DATA, 'one,'),
  frame(0, ''),
  frame(DATA | SOCKET, 'with a server,'),
  frame(SOCKET | CONNECTION, ''),
  frame(DATA | SOCKET | CONNECTION, 'with a socket,'),
  frame(DATA, ''),
  frame(DATA, 'x'.repeat(1000)),
  frame(DATA, ',last'),
])
const TEXT = `one,with a server,with a socket,${'x'.repeat(1000)},last`

test('in pieces of each size', (t) => {
  for (let size = 1; size <= STREAM.length; size++) {
    const pieces: Buffer[] = []
    for (let from = 0; from < STREAM.length; from += size) pieces.push(STREAM.subarray(from, from + size))
    if (read(pieces) !== TEXT) t.fail(`pieces of ${size} bytes`)
  }
  t.pass()
})

test('in two pieces, at each place', (t) => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    if (read([STREAM.subarray(0, cut), STREAM.subarray(cut)]) !== TEXT) t.fail(`cut at byte ${cut}`)
  }
  t.pass()
})

test('what is written is one frame of data', (t) => {
  const written = Buffer.from(new FramedCodec(plain).encode('message'))
  const expected = frame(DATA, 'message')
  expected.fill(0, 4, 8)
  t.deepEqual(written, expected)
})

for (const [what, bad] of Object.entries({
  'an unknown flag': frame(DATA | 8, 'x'),
  'a kind of socket without a socket': frame(DATA | CONNECTION, 'x'),
  'data without its flag': frame(0, 'x'),
  'a fourth number that is not zero': frame(DATA, 'x', 1, 1),
  'no header at all': Buffer.from('{"a": 1, "b": 2}\n'),
})) {
  test(`an error, after what came before: ${what}`, (t) => {
    const codec = new FramedCodec(plain)
    const seen: unknown[] = []
    t.throws(
      () => {
        for (const message of codec.decode(Buffer.concat([frame(DATA, 'good'), bad]))) seen.push(message)
      },
      { message: 'the header of a frame is wrong' },
    )
    t.deepEqual(seen, ['good'])
  })
}
