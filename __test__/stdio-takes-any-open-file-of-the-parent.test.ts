import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import test from 'ava'
import { SharedChild } from 'shared-child'
import { killAtEnd } from './support/children.js'
import { temporaryDirectory } from './support/files.js'
import { isWindows, testUnless } from './support/skip.js'

test('a number, { fd }, a file stream, a FileHandle', async (t) => {
  const directory = temporaryDirectory(t)
  const file = (name: string): string => path.join(directory, name)
  fs.writeFileSync(file('in'), 'some input\n')
  const input = fs.createReadStream(file('in'))
  const output = fs.createWriteStream(file('stream'))
  await Promise.all([once(input, 'open'), once(output, 'open')])
  const handle = await fs.promises.open(file('handle'), 'w')
  const number = fs.openSync(file('number'), 'w')
  const inputFd = (input as unknown as { fd: number }).fd
  const outputFd = (output as unknown as { fd: number }).fd

  const run = async (
    command: string,
    stdio: readonly [number | { fd: number }, number | { fd: number }],
  ): Promise<void> => {
    const child = killAtEnd(t, await SharedChild.spawn('sh', ['-c', command], { stdio: [...stdio, 'inherit'] }))
    t.is((await child.wait()).code, 0)
  }
  await run('cat', [inputFd, number])
  await run('echo to handle', [{ fd: inputFd }, handle])
  await run('echo to stream', [{ fd: inputFd }, { fd: outputFd }])
  fs.closeSync(number)
  await handle.close()
  input.destroy()
  output.destroy()

  t.is(fs.readFileSync(file('number'), 'utf8'), 'some input\n')
  t.is(fs.readFileSync(file('handle'), 'utf8'), 'to handle\n')
  t.is(fs.readFileSync(file('stream'), 'utf8'), 'to stream\n')
})

test('a stream object that owns an fd may be given itself', async (t) => {
  const target = path.join(temporaryDirectory(t), 'out')
  const stream = fs.createWriteStream(target)
  await once(stream, 'open')
  const child = killAtEnd(t, await SharedChild.spawn('echo', ['hello'], { stdio: ['ignore', stream, 'ignore'] }))
  await child.wait()
  stream.destroy()
  t.is(fs.readFileSync(target, 'utf8'), 'hello\n')
})

testUnless(isWindows, 'a connected socket may be given itself', async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
  t.teardown(() => client.destroy())
  const [socket] = (await once(server, 'connection')) as [net.Socket]
  const child = killAtEnd(t, await SharedChild.spawn('echo', ['over tcp'], { stdio: ['ignore', socket, 'ignore'] }))
  await child.wait()
  socket.destroy()
  const chunks: Buffer[] = []
  for await (const chunk of client) chunks.push(chunk as Buffer)
  t.is(Buffer.concat(chunks).toString(), 'over tcp\n')
})
