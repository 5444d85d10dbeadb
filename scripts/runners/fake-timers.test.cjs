/* global jest, test, expect, afterEach */
const { byTheRealClock, expected } = require('./by-the-real-clock.cjs')

afterEach(() => {
  jest.useRealTimers()
  jest.resetModules()
})

for (const legacyFakeTimers of [false, true]) {
  const fake = () => jest.useFakeTimers(legacyFakeTimers ? { legacyFakeTimers } : {})
  const kind = legacyFakeTimers ? 'legacy' : 'modern'
  test(`${kind} fake timers after the package was loaded`, async () => {
    const shared = require('shared-child')
    fake()
    expect(await byTheRealClock(shared)).toEqual(expected)
  })
  test(`${kind} fake timers before the package was loaded`, async () => {
    fake()
    expect(await byTheRealClock(require('shared-child'))).toEqual(expected)
  })
}
