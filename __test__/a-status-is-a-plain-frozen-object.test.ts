import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import test from 'ava'
import type { ExitStatus } from 'shared-child'
import { sleeper, start } from './support/children.js'

const keys = ['code', 'signal', 'cause', 'success', 'coreDumped', 'resourceUsage']

test('in every way it is got; it can be compared, cloned and posted', async (t) => {
  const killed = await sleeper(t)
  killed.killSync()
  const exited = await start(t, 'sh', ['-c', 'exit 3'])
  for (const child of [killed, exited]) {
    const first = await child.wait()
    const all: (ExitStatus | null)[] = [
      first,
      child.waitSync(),
      child.tryWaitSync(),
      await child.tryWait(),
      await child.waitTimeout(0),
      (await start(t, 'true').then((other) => other.output())).status,
    ]
    for (const status of all) {
      if (status === null) return void t.fail('the child has exited')
      t.deepEqual(Object.keys(status).toSorted(), keys.toSorted())
      t.is(Object.getPrototypeOf(status), Object.prototype)
      t.true(Object.isFrozen(status))
      t.true(status.resourceUsage === null || Object.isFrozen(status.resourceUsage))
    }
    for (const status of all.slice(0, -1)) t.deepEqual(status, first)
    t.deepEqual(structuredClone(first), first)
    const { port1, port2 } = new MessageChannel()
    port1.postMessage(first)
    t.deepEqual(receiveMessageOnPort(port2), { message: first })
    port1.close()
    t.throws(() => ((first as { code: number | null }).code = 0), { instanceOf: TypeError })
  }
})
