// Reads clocks: time and CPU time, in microseconds.
import { readFileSync } from 'node:fs'

export const now = (): number => performance.now() * 1000

/** The CPU time of all threads of this process, without its children. */
export function processCpu(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** The CPU time of the JavaScript thread alone. */
export function threadCpu(): number {
  // The kernel updates the record of a running thread when it is asked for that of its process; otherwise
  // this file is a clock tick late.
  process.cpuUsage()
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1000
}

/** How often the threads of this process have gone to sleep. */
export const switches = (): number => process.resourceUsage().voluntaryContextSwitches

/** Reads the same clock as `exit-when-told`, CLOCK_MONOTONIC: Node's process.hrtime() uses it. Bun has its own clock. */
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
