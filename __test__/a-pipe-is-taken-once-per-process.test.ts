import test from 'ava'
import { SharedChild } from 'shared-child'
import { start } from './support/children.js'
import { message, startWorker } from './support/scripts.js'
import { textOf } from './support/text.js'

test('the first handle to touch a getter has the stream, all others see null', async (t) => {
  const child = await start(t, 'cat')
  const other = SharedChild.attach(child.share())
  const { stdout, stdin } = child
  t.is(child.stdout, stdout)
  t.is(child.stdin, stdin)
  t.is(child.stdio[1], stdout)
  t.is(child.stdio[0], stdin)
  t.deepEqual([other.stdin, other.stdout], [null, null])
  t.deepEqual([other.takeStdin(), other.takeStdout()], [null, null])
  t.truthy(other.stderr, 'what nobody has touched is there')
  t.is(child.stderr, null)
  stdin?.end('text')
  t.is(await textOf(stdout), 'text')
})

test('a take gives the stream once, and then the getter is null too', async (t) => {
  const child = await start(t, 'sh', ['-c', 'cat; echo err >&2'])
  const stdin = child.takeStdin()
  const stdout = child.takeStdout()
  const stderr = child.takeStderr()
  t.deepEqual([child.takeStdin(), child.takeStdout(), child.takeStderr()], [null, null, null])
  t.deepEqual([child.stdin, child.stdout, child.stderr], [null, null, null])
  t.deepEqual([...child.stdio], [null, null, null])
  stdin?.end('text')
  t.deepEqual(await Promise.all([textOf(stdout), textOf(stderr)]), ['text', 'err\n'])
})

test('a take after the getter gives the same stream, and takes it away', async (t) => {
  const child = await start(t, 'echo', ['text'])
  const { stdout } = child
  t.is(child.takeStdout(), stdout)
  t.is(child.takeStdout(), null)
  t.is(child.stdout, null)
  t.is(await textOf(stdout), 'text\n')
})

test('across threads: a worker that reads leaves nothing for the main thread, and the other way round', async (t) => {
  const first = await start(t, 'sh', ['-c', 'read line; echo text'])
  const reader = startWorker(t, 'read-stdout', { workerData: first.share() })
  t.is(await message(reader), true)
  t.is(first.stdout, null)
  t.is(first.takeStdout(), null)
  first.stdin?.end('go\n')
  t.is(await message(reader), 'text\n')

  const second = await start(t, 'sh', ['-c', 'read line; echo text'])
  const { stdout } = second
  const late = startWorker(t, 'read-stdout', { workerData: second.share() })
  t.is(await message(late), false)
  second.stdin?.end('go\n')
  t.is(await textOf(stdout), 'text\n')
})

test('what is not a pipe is null, and cannot be taken', async (t) => {
  const child = await start(t, 'sleep', ['1000'], { stdio: ['ignore', 'inherit', 'ignore'] })
  t.deepEqual([child.stdin, child.stdout, child.stderr], [null, null, null])
  t.deepEqual([child.takeStdin(), child.takeStdout(), child.takeStderr()], [null, null, null])
})
