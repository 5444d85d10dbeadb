/* global describe, it, before, after */
const assert = require('node:assert')
const { spawn } = require('shared-child')
const { byTheRealClock, expected } = require('./by-the-real-clock.cjs')

// mocha ends by itself only if nothing is left that keeps the event loop alive.
describe('a program that hooks start and end', () => {
  let server
  before(async () => {
    server = await spawn('sh', ['-c', 'echo ready; sleep 1000 & wait'], { group: true })
    for await (const line of server.lines()) if (line === 'ready') break
  })
  after(async () => assert.strictEqual((await server.terminate()).signal, 'SIGTERM'))

  it('runs', async () => assert.strictEqual(await server.tryWait(), null))
  it('does not disturb others', async () => assert.deepStrictEqual(await byTheRealClock({ spawn }), expected))
})
