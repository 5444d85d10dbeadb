import { createInterface } from 'node:readline'
import type { ExecutionContext } from 'ava'
import { spawn, type SharedChild, type SpawnOptions } from 'shared-child'
import { hasExited } from './proc.js'
import { until } from './within.js'

/** A shell that leads a group of its own, and the pids of what it has started, which it prints first. */
export interface Tree {
  readonly child: SharedChild
  readonly pids: readonly number[]
}

/** @param script prints the pid of each process that it starts, `count` of them, on a line of its own */
export async function plant(
  t: ExecutionContext,
  script: string,
  { count = 1, ...options }: SpawnOptions & { count?: number } = {},
): Promise<Tree> {
  const child = await spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'], group: true, ...options })
  t.teardown(() => child.containment !== 'child' && child.killGroupSync())
  const pids: number[] = []
  const lines = createInterface({ input: child.stdout! })
  for await (const line of lines) if (pids.push(Number(line)) === count) break
  return { child, pids }
}

/** Two processes that go on running, and the shell that waits for them. */
export const LASTING = 'sleep 1000 & echo $!; sleep 1000 & echo $!; wait'

export const allGone = (pids: readonly number[]): Promise<void> =>
  until('all of the group have ended', () => pids.every(hasExited))
