/* global test, expect */
const { spawn } = require('shared-child')

test('the package is loaded, and nothing more', () => {
  expect(typeof spawn).toBe('function')
})
