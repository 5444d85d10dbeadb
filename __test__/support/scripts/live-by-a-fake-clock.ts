// Replaces the clock before or after the package is loaded, and never lets it tick. Prints one line of JSON.
import { syncBuiltinESMExports } from 'node:module'
import { mock } from 'node:test'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'
import type * as SharedChildPackage from 'shared-child'

const stopped = (): number => 1

/** Everything that sinon, jest and vitest replace. */
const everything: Record<string, () => unknown> = {
  setTimeout: () => ({ unref() {}, ref() {}, hasRef: () => true }),
  setInterval: () => ({ unref() {}, ref() {}, hasRef: () => true }),
  setImmediate: () => ({ unref() {}, ref() {}, hasRef: () => true }),
  clearTimeout: () => {},
  clearInterval: () => {},
  clearImmediate: () => {},
  queueMicrotask: () => {},
}

const clocks: Record<string, () => void> = {
  'node:test': () => mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] }),
  everything() {
    Object.assign(globalThis, everything)
    Object.assign(timers, everything)
    for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const) {
      timersPromises[name] = (() => new Promise(() => {})) as never
    }
    Object.assign(process, { hrtime: Object.assign(() => [0, 0], { bigint: () => 0n }) })
    Date.now = stopped
    performance.now = stopped
    Object.getPrototypeOf(performance).now = stopped
    syncBuiltinESMExports()
  },
  missing() {
    for (const name of [...Object.keys(everything), 'performance', 'Buffer', 'AbortController', 'URL', 'Event']) {
      delete (globalThis as Record<string, unknown>)[name]
    }
  },
}

async function main(clock: string, order: string): Promise<void> {
  const { hrtime } = process
  const now = (): number => Number(hrtime.bigint()) / 1e6
  const load = (): typeof SharedChildPackage => require('shared-child') as typeof SharedChildPackage
  const before = order === 'loaded first' ? load() : null
  const { signal } = new AbortController()
  clocks[clock]?.()
  const { spawn } = before ?? load()

  const sleeper = await spawn('sleep', ['1000'], { stdio: 'ignore', signal })
  let begin = now()
  const late = await sleeper.waitTimeout(50)
  const waited = now() - begin
  sleeper.killSync()
  await sleeper.wait()

  begin = now()
  const timed = await (await spawn('sleep', ['1000'], { stdio: 'ignore', timeout: 50 })).wait()
  const ran = now() - begin

  // The child ends when its stdin is closed.
  const cat = await (await spawn('cat')).output()
  const holder = await (await spawn('sh', ['-c', 'sleep 1000 & echo $!'])).output({ drainTimeout: 50 })
  process.kill(Number(holder.stdout))
  console.log(
    JSON.stringify({
      late,
      waited: waited >= 50,
      timed: timed.success,
      ran: ran >= 50,
      cat: cat.status.code,
      drained: holder.drained,
    }),
  )
  process.exit()
}

void main(process.argv[2] ?? '', process.argv[3] ?? '')
