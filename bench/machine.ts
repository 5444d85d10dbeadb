// Describes the machine on which the figures were measured, and whether it was busy with something else.
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memory: string
  readonly kernel: string
  readonly load: readonly number[]
  /** The share of CPU time that other processes used just before the run. */
  readonly busy: number
}

/** From this share on, the report says that the machine was busy, and that its figures are not those of a quiet one. */
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

/** Measures the share of CPU time that is not idle during the next `ms`. See proc_stat(5): user nice system idle iowait ... */
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
