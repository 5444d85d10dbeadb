// Handles are left to the garbage collector at random points (needs --expose-gc). No child ends before its time, no exit is lost
// for those who still wait, and nothing is left.
//   node --expose-gc build/__test__/long/handles-are-dropped-at-any-point.js COUNT
import { SharedChild, spawn, type ChildToken, type ExitStatus } from 'shared-child'
import { childrenOf, openFds } from '../support/proc.js'
import { until, within } from '../support/within.js'
import { longTest } from './support/long-test.js'
import { random, seed } from './support/random.js'

const AT_ONCE = 16
const { gc } = globalThis as unknown as { gc: () => void }

/** All that is kept of a child. */
type Kept = { code: number } & ({ wait: Promise<ExitStatus> } | { token: ChildToken } | { nothing: true })

async function startAndDrop(code: number, chance: number): Promise<Kept> {
  const script = `read line; exit ${code}`
  const stdio = chance < 0.5 ? 'pipe' : (['pipe', 'ignore', 'ignore'] as const)
  const child =
    chance < 0.8 ? await spawn('sh', ['-c', script], { stdio }) : SharedChild.spawnSync('sh', ['-c', script])
  // The child ends when it has read this; if it has ended earlier, something is wrong.
  child.stdin?.write('go\n')
  if (chance % 0.1 < 0.04) return { code, wait: child.wait() }
  if (chance % 0.1 < 0.08) return { code, token: child.share() }
  void child.unref()
  return { code, nothing: true }
}

longTest(async ({ count, expect }) => {
  const next = random(seed)
  await startAndDrop(1, 0.01)
  await (await spawn('cat')).output({ input: 'text' })
  gc()
  await until('nobody is left', () => childrenOf().length === 0)
  const fds = openFds().length
  let started = 0
  let statuses = 0
  let collections = 0
  const run = async (): Promise<void> => {
    while (started < count) {
      const kept = await startAndDrop(started++ % 100, next())
      if (next() < 0.2) {
        gc()
        collections++
      }
      if (next() < 0.5) await new Promise((resolve) => setImmediate(resolve))
      if ('nothing' in kept) continue
      const waiting = 'wait' in kept ? kept.wait : SharedChild.attach(kept.token).wait()
      const status = await within(20_000, 'a wait', waiting)
      expect(status.code === kept.code, `expected code ${kept.code}, got ${JSON.stringify(status)}`)
      statuses++
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, run))
  await until('all are reaped', () => childrenOf().length === 0)
  await until('their fds are closed', () => {
    gc()
    return openFds().length <= fds
  }).catch(() => undefined)
  const fdsLeaked = Math.max(0, openFds().length - fds)
  expect(fdsLeaked === 0, `${fdsLeaked} fds leaked`)
  return { children: count, statuses, collections, zombies: childrenOf().length, fdsLeaked, seed }
})
