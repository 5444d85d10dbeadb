const assert = require('node:assert')
const test = require('node:test')
const { byTheRealClock, expected } = require('./by-the-real-clock.cjs')

void test('mock timers before and after the package was loaded', async (t) => {
  for (let i = 0; i < 2; i++) {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] })
    assert.deepStrictEqual(await byTheRealClock(require('shared-child')), expected)
    t.mock.timers.reset()
  }
})
