// What the figures were taken on, and whether it was busy with something else.
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memory: string
  readonly kernel: string
  readonly load: readonly number[]
  /** Share of its CPU time that others used just before the run. */
  readonly busy: number
}

/** From here on it is worth saying so: the figures are not what a quiet machine would give. */
const QUIET = 0.05

export const isQuiet = ({ busy }: Machine): boolean => busy < QUIET

export async function lookAtMachine(): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: `Linux ${release()}`,
    load: loadavg().map((value) => Math.round(value * 100) / 100),
    busy: await busyShare(2000),
  }
}

/** The share of all CPU time, over the next `ms`, that was not idle. man 5 proc_stat: user nice system idle iowait ... */
async function busyShare(ms: number): Promise<number> {
  const look = (): { idle: number; all: number } => {
    const times = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]!.trim().split(/\s+/).slice(1, 9).map(Number)
    return { idle: times[3]! + times[4]!, all: times.reduce((sum, time) => sum + time, 0) }
  }
  const before = look()
  await pause(ms)
  const after = look()
  return 1 - (after.idle - before.idle) / (after.all - before.all)
}
