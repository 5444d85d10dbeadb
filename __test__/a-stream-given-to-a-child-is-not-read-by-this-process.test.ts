import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import type { ExecutionContext } from 'ava'
import { SharedChild, type SpawnOptions } from 'shared-child'
import { killAtEnd } from './support/children.js'
import { temporaryDirectory } from './support/files.js'
import { runScript } from './support/scripts.js'
import { isWindows, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'
import { within } from './support/within.js'

const ways: Record<string, (file: string, args: string[], options: SpawnOptions) => Promise<SharedChild>> = {
  spawn: (file, args, options) => SharedChild.spawn(file, args, options),
  spawnSync: async (file, args, options) => SharedChild.spawnSync(file, args, options),
}

/** Calls that are made on a socket in the same turn, before it is given away. */
const asked: Record<string, (socket: net.Socket) => unknown> = {
  nothing: () => undefined,
  "a 'data' listener": (socket) => socket.on('data', () => undefined),
  "a 'readable' listener": (socket) => socket.on('readable', () => undefined),
  'a loop over it': (socket) => {
    const loop = async (): Promise<void> => {
      for await (const chunk of socket) void chunk
    }
    void loop().catch(() => undefined)
  },
  'a pipe': (socket) => socket.pipe(fs.createWriteStream('/dev/null')),
  'setEncoding and pause': (socket) => socket.setEncoding('utf8').pause(),
}

interface Connection<T> {
  readonly client: net.Socket
  readonly server: net.Socket
  readonly used: T
}

/** The two ends of a connection. The server's is used when it has just been made, and has read nothing. */
async function connection<T>(t: ExecutionContext, use: (server: net.Socket) => Promise<T>): Promise<Connection<T>> {
  const listener = net.createServer().listen(0, '127.0.0.1')
  t.teardown(() => listener.close())
  await once(listener, 'listening')
  const connected = new Promise<[net.Socket, Promise<T>]>((resolve) => {
    listener.once('connection', (socket) => resolve([socket, use(socket)]))
  })
  const client = net.connect((listener.address() as net.AddressInfo).port, '127.0.0.1')
  const [server, used] = await connected
  for (const socket of [client, server]) t.teardown(() => socket.on('error', () => undefined).destroy())
  return { client, server, used: await used }
}

for (const [way, spawn] of Object.entries(ways)) {
  for (const [what, ask] of Object.entries(asked)) {
    testUnless(isWindows, `${way}: a socket of which ${what} was asked is the child's alone`, async (t) => {
      const { client, server, used } = await connection(t, (socket) => {
        ask(socket)
        return spawn('cat', [], { stdio: [socket, socket, 'inherit'] })
      })
      const child = killAtEnd(t, used)
      // More than fits, so that both would read at the same time; bytes that this process read would be missing.
      const sent = Buffer.alloc(4 * 1024 * 1024, '0123456789')
      client.end(sent)
      const echo: Buffer[] = []
      client.on('data', (chunk: Buffer) => echo.push(chunk))
      t.true((await within(20_000, 'the exit', child.wait())).success)
      t.is(server.bytesRead, 0)
      server.destroy()
      await within(10_000, 'the end', once(client, 'close'))
      t.true(Buffer.concat(echo).equals(sent))
    })
  }

  testUnless(isWindows, `${way}: a socket that is resumed while the child has it is read after the exit`, async (t) => {
    const { client, server, used } = await connection(t, (socket) =>
      spawn('head', ['-c', '1'], { stdio: [socket, 'pipe', 'inherit'] }),
    )
    const child = killAtEnd(t, used)
    const rest = textOf(server)
    server.resume()
    // Large enough for libuv to read more than once; that read must not wait for data that does not come.
    const more = Buffer.alloc(1024 * 1024, 'x')
    client.write('1')
    t.is(await within(10_000, 'the first byte', textOf(child.stdout)), '1')
    await child.wait()
    t.is(server.bytesRead, 0)
    client.write(more)
    client.end()
    t.is((await within(10_000, 'the rest', rest)).length, more.length)
  })

  testUnless(isWindows, `${way}: the stdout of a child of child_process`, async (t) => {
    const producer = nodeSpawn('sh', ['-c', 'read line; seq 5'])
    t.teardown(() => producer.kill('SIGKILL'))
    producer.stdout.resume()
    const child = killAtEnd(t, await spawn('cat', [], { stdio: [producer.stdout, 'pipe', 'inherit'] }))
    producer.stdin.end('\n')
    t.is(await within(10_000, 'the lines', textOf(child.stdout)), '1\n2\n3\n4\n5\n')
    producer.stdout.destroy()
  })

  testUnless(isWindows, `${way}: an open fs.ReadStream that nobody has read, and an fs.WriteStream`, async (t) => {
    const directory = temporaryDirectory(t)
    const [from, to] = [path.join(directory, 'from'), path.join(directory, 'to')]
    fs.writeFileSync(from, 'some input\n')
    const input = fs.createReadStream(from)
    const output = fs.createWriteStream(to, { flags: 'a' })
    await Promise.all([once(input, 'open'), once(output, 'open')])
    await new Promise<void>((resolve) => output.write('before\n', () => resolve()))
    input.resume()
    const child = killAtEnd(t, await spawn('cat', [], { stdio: [input, output, 'inherit'] }))
    t.true((await child.wait()).success)
    await new Promise<void>((resolve) => output.end('after\n', resolve))
    t.is(fs.readFileSync(to, 'utf8'), 'before\nsome input\nafter\n')
    t.is(input.bytesRead, 0)
    input.destroy()
  })

  testUnless(
    isWindows,
    `${way}: process.stdin, by one child after the other, and by this process in the end`,
    async (t) => {
      const host = runScript(t, 'give-stdin-away', [way], {})
      host.process.stdin.write('a\n')
      t.is(await within(10_000, 'the first', host.line()), 'first a')
      host.process.stdin.write('b\n')
      t.is(await within(10_000, 'the second', host.line()), 'second b')
      t.is(await within(10_000, 'the turn of the process', host.line()), 'now me')
      host.process.stdin.end('c\n')
      t.is(await within(10_000, 'the rest', host.line()), 'me c')
      t.is((await host.ended).code, 0)
    },
  )
}

testUnless(isWindows, 'a socket that two children have is read when the second one has exited, too', async (t) => {
  const { client, server, used } = await connection(t, (socket) =>
    SharedChild.spawn('cat', [], { stdio: [socket, 'ignore', 'inherit'] }),
  )
  const first = killAtEnd(t, used)
  const second = killAtEnd(
    t,
    SharedChild.spawnSync('sh', ['-c', 'read go <&3; cat'], { stdio: [server, 'pipe', 'inherit', 'pipe'] }),
  )
  first.killSync()
  await first.wait()
  server.resume()
  client.end('for the second')
  ;(second.stdio[3] as Duplex).write('go\n')
  t.is(await within(10_000, 'the text', textOf(second.stdout)), 'for the second')
  t.is(server.bytesRead, 0)
  await second.wait()
  await within(10_000, 'the end', once(server, 'close'))
})

testUnless(isWindows, 'the event loop goes on while the child waits for its peer', async (t) => {
  const { client, server, used } = await connection(t, (socket) => {
    socket.on('data', () => undefined)
    return SharedChild.spawn('cat', [], { stdio: [socket, 'pipe', 'inherit'] })
  })
  const child = killAtEnd(t, used)
  const { stdout } = child
  // Each byte wakes the child and whoever else reads: the slower of the two would wait inside read(2) for the next,
  // which only this thread can send.
  for (let i = 0; i < 200; i++) {
    client.write('x')
    await within(10_000, 'the byte', once(stdout!, 'data'))
  }
  client.end()
  t.true((await child.wait()).success)
  t.is(server.bytesRead, 0)
})
