/* global test, expect */
const { SharedChild, spawn } = require('shared-child')

test('children are started, and end', async () => {
  expect((await (await spawn('echo', ['hello'])).output()).stdout).toBe('hello\n')
  expect(SharedChild.spawnSync('true').waitSync().success).toBe(true)
  const controller = new AbortController()
  const aborted = await spawn('sleep', ['1000'], { signal: controller.signal, timeout: 1e6 })
  controller.abort()
  expect((await aborted.wait()).signal).toBe('SIGTERM')
})
