import { MessageChannel, Worker } from 'node:worker_threads'
import test from 'ava'
import { SharedChild } from 'shared-child'
import { start } from './support/children.js'
import { thrown } from './support/failures.js'

test('the error says to use share()', async (t) => {
  const child = await start(t, 'true')
  const { port1 } = new MessageChannel()
  t.teardown(() => port1.close())
  for (const post of [
    () => structuredClone(child),
    () => structuredClone({ deep: [child] }),
    () => port1.postMessage(child),
    () => new Worker('', { eval: true, workerData: { child } }),
  ]) {
    const error = thrown(t, post)
    t.is(error.name, 'DataCloneError')
    t.regex(error.message, /use share\(\)/)
  }
  t.is(SharedChild.attach(structuredClone(child.share())).pid, child.pid)
  t.is(JSON.stringify({ child }), '{"child":{}}')
})
