import { afterEach, expect, test, vi } from 'vitest'
import { byTheRealClock, expected } from './by-the-real-clock.cjs'

afterEach(() => {
  vi.useRealTimers()
  vi.resetModules()
})

const toFake = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'Date', 'performance', 'hrtime']

for (const [kind, options] of Object.entries({ usual: {}, 'all sorts of': { toFake } })) {
  test(`${kind} fake timers before the package was loaded`, async () => {
    vi.useFakeTimers(options)
    expect(await byTheRealClock(await import('shared-child'))).toEqual(expected)
  })
  test(`${kind} fake timers after the package was loaded`, async () => {
    const shared = await import('shared-child')
    vi.useFakeTimers(options)
    expect(await byTheRealClock(shared)).toEqual(expected)
  })
}
