import test from 'ava'
import { SharedChild } from 'shared-child'
import { sleeper } from './support/children.js'
import { rejection, thrown } from './support/failures.js'

test('by every method that takes one; the child goes on running', async (t) => {
  const child = await sleeper(t)
  for (const ms of [-1, -0.001, -Infinity, Number.NaN]) {
    for (const error of [
      await rejection(t, () => child.waitTimeout(ms)),
      thrown(t, () => child.waitSync(ms)),
      await rejection(t, () => child.output({ drainTimeout: ms })),
      await rejection(t, () => child.output({ maxBuffer: ms })),
      await rejection(t, () => SharedChild.spawn('true', [], { timeout: ms })),
      thrown(t, () => SharedChild.spawnSync('true', [], { timeout: ms })),
    ]) {
      t.true(error instanceof RangeError, `${ms}: ${String(error)}`)
      t.is(error.code, 'ERR_OUT_OF_RANGE', `${ms}`)
    }
  }
  for (const at of [Number.NaN, new Date(Number.NaN)]) {
    t.is((await rejection(t, () => child.waitDeadline(at))).code, 'ERR_OUT_OF_RANGE')
  }
  t.is(child.tryWaitSync(), null)
})
