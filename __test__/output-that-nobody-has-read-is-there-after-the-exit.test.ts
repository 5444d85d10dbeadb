import { once } from 'node:events'
import type { Readable } from 'node:stream'
import test from 'ava'
import { SharedChild } from 'shared-child'
import { start } from './support/children.js'
import { message, startWorker } from './support/scripts.js'
import { textOf } from './support/text.js'
import { within } from './support/within.js'

/** 64 KiB is what a Linux pipe holds: a child that writes no more can exit with nobody reading. */
const sizes = [0, 1, 4096, 60_000, 65_536]

const touches: Record<string, (child: SharedChild) => unknown> = {
  'first touched after the exit': () => undefined,
  'touched before the exit': (child) => [child.stdout, child.stderr],
  'touched before the exit, and paused': (child) => [child.stdout?.pause(), child.stderr?.pause()],
}

for (const [name, touch] of Object.entries(touches)) {
  test(name, async (t) => {
    for (const size of sizes) {
      const child = await start(t, 'sh', ['-c', `head -c ${size} /dev/zero; head -c ${size} /dev/zero >&2`])
      touch(child)
      t.is((await within(10_000, 'the exit', child.wait())).code, 0)
      const [out, err] = await within(10_000, 'the streams', Promise.all([textOf(child.stdout), textOf(child.stderr)]))
      t.is(out.length, size)
      t.is(err.length, size)
    }
  })
}

test('taken after the exit, by another handle, in another thread', async (t) => {
  const taken = await start(t, 'sh', ['-c', 'echo out; echo err >&2'])
  await taken.wait()
  t.is(await textOf(taken.takeStdout()), 'out\n')
  t.is(await textOf(SharedChild.attach(taken.share()).stderr), 'err\n')

  const read = await start(t, 'echo', ['text'])
  await read.wait()
  const worker = startWorker(t, 'read-stdout', { workerData: read.share() })
  t.is(await message(worker), true)
  t.is(await message(worker), 'text\n')
  t.is(read.stdout, null)
})

test('a killed child leaves what it had written', async (t) => {
  const child = await start(t, 'sh', ['-c', 'echo text; echo ready >&2; exec sleep 1000'])
  await once(child.stderr as Readable, 'data')
  child.killSync()
  await child.wait()
  t.is(await within(5_000, 'the text', textOf(child.stdout)), 'text\n')
})

test('both streams end and close', async (t) => {
  const child = await start(t, 'sh', ['-c', 'echo out; echo err >&2'])
  const events: string[] = []
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name] as Readable
    stream
      .resume()
      .once('end', () => events.push(`${name} end`))
      .once('close', () => events.push(`${name} close`))
  }
  const closed = Promise.all([once(child.stdout as Readable, 'close'), once(child.stderr as Readable, 'close')])
  await child.wait()
  await within(10_000, 'close', closed)
  t.deepEqual(events.toSorted(), ['stderr close', 'stderr end', 'stdout close', 'stdout end'])
})
