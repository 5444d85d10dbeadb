import type { ExecutionContext } from 'ava'
import { SharedChild, type SpawnOptions } from 'shared-child'
import { within } from './within.js'

/** Kills `child` when the test ends, however the test ends, and waits for its exit. */
export function killAtEnd(t: ExecutionContext, child: SharedChild): SharedChild {
  t.teardown(async () => {
    child.killSync()
    await within(5_000, 'the end of a killed child', child.wait()).catch(() => undefined)
  })
  return child
}

/** Starts a child that does not survive the test. */
export async function start(
  t: ExecutionContext,
  file: string | URL,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Promise<SharedChild> {
  return killAtEnd(t, await SharedChild.spawn(file, args, options))
}

/** A child that runs until somebody ends it. */
export function sleeper(t: ExecutionContext, options: SpawnOptions = {}): Promise<SharedChild> {
  return start(t, 'sleep', ['1000'], { stdio: 'ignore', ...options })
}
