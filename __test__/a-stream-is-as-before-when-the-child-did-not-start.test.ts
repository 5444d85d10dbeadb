import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import type { ExecutionContext } from 'ava'
import { SharedChild, type SpawnOptions } from 'shared-child'
import { killAtEnd, start } from './support/children.js'
import { isWindows, notLinux, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'
import { within } from './support/within.js'

/** Ways not to start a child, and the error. */
const failures: Record<string, { code: string; file?: string; options?: SpawnOptions & Record<string, unknown> }> = {
  'no such program': { code: 'ENOENT', file: '/no/such/program' },
  'no such cwd': { code: 'ENOENT', options: { cwd: '/no/such/directory' } },
  'a wrong option': { code: 'ERR_INVALID_ARG_TYPE', options: { timeout: '1' as unknown as number } },
  'a wrong entry after it': { code: 'ERR_INVALID_ARG_VALUE' },
  'an fd that is not open': { code: 'EBADF' },
}

async function fail(t: ExecutionContext, name: string, stream: net.Socket): Promise<void> {
  const { code, file = 'true', options = {} } = failures[name]!
  const third = name === 'a wrong entry after it' ? -5 : name === 'an fd that is not open' ? 123_456 : 'ignore'
  const all = { stdio: [stream, 'ignore', third], ...options } as SpawnOptions
  await t.throwsAsync(SharedChild.spawn(file, [], all), { code })
  t.throws(() => SharedChild.spawnSync(file, [], all), { code })
}

/** The two ends of a pair of sockets. */
async function connection(t: ExecutionContext): Promise<[client: net.Socket, server: net.Socket]> {
  const listener = net.createServer().listen(0, '127.0.0.1')
  t.teardown(() => listener.close())
  await once(listener, 'listening')
  const client = net.connect((listener.address() as net.AddressInfo).port, '127.0.0.1')
  const [server] = (await once(listener, 'connection')) as [net.Socket]
  for (const socket of [client, server]) t.teardown(() => socket.on('error', () => undefined).destroy())
  return [client, server]
}

/** Whether the file behind a socket is in blocking mode. */
function isBlocking(socket: net.Socket): boolean {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle
  const flags = /^flags:\s*(\d+)$/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1]
  return (parseInt(flags ?? '', 8) & fs.constants.O_NONBLOCK) === 0
}

for (const name of Object.keys(failures)) {
  testUnless(isWindows, `${name}: a socket that was flowing flows on`, async (t) => {
    const [client, server] = await connection(t)
    let text = ''
    server.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await fail(t, name, server)
    t.true(server.readableFlowing)
    client.end('text')
    await within(10_000, 'the end', once(server, 'end'))
    t.is(text, 'text')
  })

  testUnless(isWindows, `${name}: a socket that was not read stays so, and can be`, async (t) => {
    const [client, server] = await connection(t)
    await fail(t, name, server)
    t.is(server.readableFlowing, null)
    client.end('text')
    t.is(await within(10_000, 'the end', textOf(server)), 'text')
  })

  testUnless(isWindows, `${name}: the pipe of another child can be read, or given to another one`, async (t) => {
    for (const exited of [false, true]) {
      const [read, given] = [await start(t, 'echo', ['text']), await start(t, 'echo', ['text'])]
      if (exited) await Promise.all([read.wait(), given.wait()])
      for (const child of [read, given]) {
        const { stdout } = child
        await fail(t, name, stdout as net.Socket)
        t.is(child.stdout, stdout)
      }
      t.is((await within(10_000, 'the text', read.output())).stdout, 'text\n')
      const cat = await start(t, 'cat', [], { stdio: [given.stdout, 'pipe', 'inherit'] })
      t.is((await within(10_000, 'the text', cat.output())).stdout, 'text\n')
    }
  })
}

testUnless(notLinux, 'reads of this process wait for nothing, unless a child has the socket', async (t) => {
  const [client, server] = await connection(t)
  t.false(isBlocking(server))
  await fail(t, 'no such program', server)
  t.false(isBlocking(server), 'nothing was started')

  const child = killAtEnd(t, await SharedChild.spawn('cat', [], { stdio: [server, 'ignore', 'ignore'] }))
  t.true(isBlocking(server), 'the child has it')
  child.killSync()
  await child.wait()
  t.true(isBlocking(server), 'what the child has started may have it')
  server.resume()
  client.write('x')
  await within(10_000, 'a byte', once(server, 'data'))
  t.false(isBlocking(server), 'this process reads it')

  const last = killAtEnd(t, SharedChild.spawnSync('true', [], { stdio: ['ignore', server, 'ignore'] }))
  t.true(isBlocking(server))
  await last.wait()
  server.write('x')
  t.false(isBlocking(server), 'this process writes to it')
})
