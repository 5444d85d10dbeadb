/* global test, expect */
const { spawn } = require('shared-child')

test('a child is left running', async () => {
  // Long enough for jest to look for open handles.
  expect((await spawn('sleep', ['5'], { stdio: 'ignore' })).pid).toBeGreaterThan(0)
})
