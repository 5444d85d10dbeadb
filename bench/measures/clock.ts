// Time, and CPU time, in microseconds.
import { readFileSync } from 'node:fs'

export const now = (): number => performance.now() * 1000

/** Of this process, all its threads, and none of its children. */
export function processCpu(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Of the JavaScript thread alone. */
export function threadCpu(): number {
  // The kernel brings the record of a running thread up to date when it is asked for that of its process; by itself
  // the file is a clock tick late.
  process.cpuUsage()
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1000
}

/** How often the threads of this process have gone to sleep. */
export const switches = (): number => process.resourceUsage().voluntaryContextSwitches

/** On the clock of `exit-when-told`, CLOCK_MONOTONIC: what process.hrtime() is in Node. Bun has its own. */
export const monotonic: () => number =
  process.versions['bun'] === undefined ? () => Number(process.hrtime.bigint()) / 1000 : bunClock()

function bunClock(): () => number {
  interface Symbols {
    clock_gettime: (clock: number, time: BigInt64Array) => number
  }
  interface Ffi {
    dlopen: (library: string, symbols: object) => { symbols: Symbols }
  }
  const { dlopen } = require('bun:ffi') as Ffi
  const { symbols } = dlopen('libc.so.6', { clock_gettime: { args: ['int', 'ptr'], returns: 'int' } })
  const CLOCK_MONOTONIC = 1
  const time = new BigInt64Array(2)
  return () => {
    symbols.clock_gettime(CLOCK_MONOTONIC, time)
    return Number(time[0]) * 1e6 + Number(time[1]) / 1000
  }
}
