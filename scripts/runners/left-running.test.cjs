/* global test, expect */
const { spawn } = require('shared-child')

test('a child is left running', async () => {
  // For as long as jest looks for what is left.
  expect((await spawn('sleep', ['5'], { stdio: 'ignore' })).pid).toBeGreaterThan(0)
})
