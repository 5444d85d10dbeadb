import type { Readable } from 'node:stream'
import test from 'ava'
import { start } from './support/children.js'

/** Listens beside output(), which also does. A stream that has closed already has nothing more to say. */
function heard(stream: Readable | null): Promise<string> {
  let text = ''
  return new Promise((resolve) => {
    if (stream?.closed !== false) resolve(text)
    stream?.on('data', (chunk) => (text += chunk)).once('close', () => resolve(text))
  })
}

const script = 'echo first; read line; echo second; echo err >&2'

test('from the first byte, and output() has it, too', async (t) => {
  const child = await start(t, 'sh', ['-c', script])
  const collected = child.output()
  child.stdin?.end('go on\n')
  const seen = heard(child.stdout)
  t.is(await seen, 'first\nsecond\n')
  const { stdout, stderr, drained } = await collected
  t.deepEqual([stdout, stderr, drained], ['first\nsecond\n', 'err\n', true])
})

test('after something was collected', async (t) => {
  // A Node.js child, because not every shell knows fds above 2.
  const steps =
    'const { writeSync } = require("fs"); writeSync(1, "first\\n"); writeSync(3, "\\n"); ' +
    'process.stdin.once("data", () => writeSync(1, "second\\n"))'
  const child = await start(t, process.execPath, ['-e', steps], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
  const { stdin } = child
  const collected = child.output({ maxBuffer: 13 })
  await new Promise((resolve) => child.stdio[3]?.once('data', resolve))
  const seen = heard(child.stdout)
  stdin?.end('go on\n')
  // Where output() reads a stream, the first line has been read by then.
  t.regex(await seen, /^(first\n)?second\n$/)
  t.is((await collected).stdout, 'first\nsecond\n')
})

test('over the limit as without it', async (t) => {
  const child = await start(t, 'yes', [])
  const collected = child.output({ maxBuffer: 5 })
  child.stdout?.on('data', () => {})
  const error = await t.throwsAsync<Error & { stdout: string }>(collected, {
    code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER',
  })
  t.is(error?.stdout, 'y\ny\ny')
})

test('one that is taken meanwhile is the taker’s, and one that is asked for afterwards has ended', async (t) => {
  const child = await start(t, 'sh', ['-c', 'echo out'])
  const collected = child.output()
  const taken = child.takeStdout()
  t.is(child.stdout, null)
  t.is(await heard(taken), 'out\n')
  t.is((await collected).stdout, 'out\n')
  t.is(await heard(child.stderr), '')
})
