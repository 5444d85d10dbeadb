import test from 'ava'
import { spawn } from 'shared-child'
import { byTheRealClock, expected } from './by-the-real-clock.cjs'

test('a program that a teardown ends', async (t) => {
  const server = await spawn('sh', ['-c', 'echo ready; sleep 1000 & wait'], { group: true })
  t.teardown(() => server.terminate())
  for await (const line of server.lines()) if (line === 'ready') break
  t.is(await server.tryWait(), null)
})

test('children are started, and end', async (t) => t.deepEqual(await byTheRealClock({ spawn }), expected))
