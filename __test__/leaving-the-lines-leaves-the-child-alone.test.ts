import test from 'ava'
import { start } from './support/children.js'
import { runHost } from './support/scripts.js'
import { within } from './support/within.js'

/** Prints that it is ready, writes more than a pipe holds, and exits with a code of its own. */
const server = [
  '-e',
  `process.stdout.write('starting\\nready\\nmore\\n')
   process.stdin.once('data', () => process.stdout.write('x'.repeat(1 << 20), () => process.exit(7)))`,
]

test('what it goes on to write is read: it neither stops at a full pipe nor is ended by one that is closed', async (t) => {
  const child = await start(t, process.execPath, server)
  for await (const line of child.lines()) if (line === 'ready') break
  child.stdin!.write('go')
  t.like(await within(20_000, 'the exit', child.wait()), { code: 7, signal: null })
})

test('when nothing was asked for, too', async (t) => {
  const child = await start(t, process.execPath, server)
  t.is((await child.lines().return!()).done, true)
  child.stdin!.write('go')
  t.is((await within(20_000, 'the exit', child.wait())).code, 7)
})

test('when the loop throws', async (t) => {
  const child = await start(t, process.execPath, server)
  const loop = async (): Promise<void> => {
    for await (const line of child.lines()) throw new Error(line)
  }
  await t.throwsAsync(loop(), { message: 'starting' })
  child.stdin!.write('go')
  t.is((await within(20_000, 'the exit', child.wait())).code, 7)
})

test('a request for a line that is still open gets it, and then they end', async (t) => {
  const child = await start(t, 'cat')
  const lines = child.lines()
  const first = lines.next()
  const left = lines.return!()
  child.stdin!.write('a\nb\n')
  t.deepEqual([await first, (await left).done], [{ done: false, value: 'a' }, true])
  child.stdin!.end('x'.repeat(1 << 20))
  t.is((await within(20_000, 'the exit', child.wait())).code, 0)
})

test('what is thrown away does not keep the process alive', async (t) => {
  const script = `
    const { spawn } = require('shared-child')
    spawn('sh', ['-c', 'echo ready; exec sleep 1000'], { stdio: ['ignore', 'pipe', 'ignore'] }).then(async (child) => {
      for await (const line of child.lines()) break
      child.unref()
      process.on('exit', () => child.killSync())
    })`
  const { code, stderr } = await runHost(t, [process.execPath, '-e', script]).ended
  t.is(code, 0, stderr)
})
