import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { Readable } from 'node:stream'
import tls from 'node:tls'
import type { ExecutionContext } from 'ava'
import { SharedChild, type Stdio } from 'shared-child'
import { start } from './support/children.js'
import { temporaryDirectory } from './support/files.js'
import { isWindows, testUnless } from './support/skip.js'
import { until } from './support/within.js'

/** The two ends of a connection. */
async function connection(t: ExecutionContext): Promise<{ client: net.Socket; server: net.Socket }> {
  const listener = net.createServer().listen(0, '127.0.0.1')
  t.teardown(() => listener.close())
  await once(listener, 'listening')
  const client = net.connect((listener.address() as net.AddressInfo).port, '127.0.0.1')
  const [server] = (await once(listener, 'connection')) as [net.Socket]
  for (const socket of [client, server]) t.teardown(() => socket.on('error', () => undefined).destroy())
  return { client, server }
}

interface Case {
  readonly says: RegExp
  readonly make: (t: ExecutionContext) => unknown
}

const cases: Record<string, Case> = {
  'a socket with data read ahead': {
    says: /read ahead/,
    async make(t) {
      const { client, server } = await connection(t)
      client.write('text')
      await until('the text is here', () => server.readableLength === 4)
      return server
    },
  },
  'a socket with half a character in its decoder': {
    says: /read ahead/,
    async make(t) {
      const { client, server } = await connection(t)
      server.setEncoding('utf8').resume()
      client.write(Buffer.from([0xe2, 0x82]))
      await until('the bytes are here', () => server.bytesRead === 2)
      return server
    },
  },
  'a socket that was destroyed': {
    says: /destroyed/,
    make: async (t) => (await connection(t)).server.destroy(),
  },
  'a socket that is not connected': {
    says: /open/,
    make: () => new net.Socket(),
  },
  'a socket that is being connected': {
    says: /open/,
    async make(t) {
      const listener = net.createServer().listen(0, '127.0.0.1')
      t.teardown(() => listener.close())
      await once(listener, 'listening')
      const socket = net.connect((listener.address() as net.AddressInfo).port, '127.0.0.1')
      t.teardown(() => socket.destroy())
      return socket
    },
  },
  'a socket with unwritten data': {
    says: /unwritten/,
    async make(t) {
      const { server } = await connection(t)
      server.write(Buffer.alloc(64 * 1024 * 1024))
      return server
    },
  },
  'an encrypted socket': {
    says: /encrypted/,
    async make(t) {
      const { client } = await connection(t)
      const socket = tls.connect({ socket: client })
      t.teardown(() => socket.on('error', () => undefined).destroy())
      return socket
    },
  },
  'a file stream that is not open yet': {
    says: /open/,
    make(t) {
      const stream = fs.createWriteStream(path.join(temporaryDirectory(t), 'file'))
      t.teardown(() => once(stream.end(), 'close'))
      return stream
    },
  },
  'a file stream with a read under way': {
    says: /being read/,
    async make(t) {
      const stream = fs.createReadStream('/dev/zero')
      await once(stream, 'open')
      t.teardown(() => stream.destroy())
      // If nobody takes the data, one read follows the other.
      stream.resume().read(0)
      return stream
    },
  },
  'a file stream with data read ahead': {
    says: /read ahead/,
    async make(t) {
      const stream = fs.createReadStream(__filename)
      t.teardown(() => stream.destroy())
      await once(stream, 'readable')
      return stream
    },
  },
  'the stdout of a child, read ahead': {
    says: /read ahead/,
    async make(t) {
      const child = await start(t, 'sh', ['-c', 'echo text; read line'])
      await once(child.stdout!, 'readable')
      return child.stdout
    },
  },
  'what was left of the stdout of a child, read ahead': {
    says: /read ahead/,
    async make(t) {
      const child = await start(t, 'echo', ['text'])
      await child.wait()
      await once(child.stdout!, 'readable')
      return child.stdout
    },
  },
  'what was left of the stdout of a child, and has been read': {
    says: /destroyed|read/,
    async make(t) {
      const child = await start(t, 'echo', ['text'])
      await child.wait()
      const { stdout } = child
      await once(stdout!.resume(), 'end')
      return stdout
    },
  },
  'the stdout of a child, destroyed': {
    says: /destroyed/,
    make: async (t) => (await start(t, 'sleep', ['1000'])).stdout!.destroy(),
  },
  'the stdout of a child that output() reads': {
    says: /output/,
    async make(t) {
      const child = await start(t, 'sleep', ['1000'])
      const { stdout } = child
      void child.output()
      return stdout
    },
  },
  'the stdin of a child that has exited': {
    says: /destroyed/,
    async make(t) {
      const child = await start(t, 'true')
      await child.wait()
      return child.stdin
    },
  },
  'a stream with no file behind it': {
    says: /file descriptor or an object that has one/,
    make: () => Readable.from(['text']),
  },
}

for (const [name, { make, says }] of Object.entries(cases)) {
  testUnless(isWindows, `${name}; nothing is started`, async (t) => {
    const directory = temporaryDirectory(t)
    const stream = (await make(t)) as Stdio
    const expected = { code: 'ERR_INVALID_ARG_VALUE', name: 'TypeError', message: says }
    const ran = path.join(directory, 'ran')
    for (const stdio of [[stream], ['ignore', stream], ['ignore', 'ignore', 'ignore', stream]] as Stdio[][]) {
      const { message } = await t.throwsAsync(SharedChild.spawn('touch', [ran], { stdio }), expected)
      t.true(message.startsWith(`The property 'options.stdio[${stdio.length - 1}]' must be `), message)
      t.throws(() => SharedChild.spawnSync('touch', [ran], { stdio }), expected)
    }
    t.false(fs.existsSync(ran))
  })
}
