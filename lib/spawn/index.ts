// Starting a child: on a thread of the native side (launch), or on the calling one (launchSync).
import type { NativeChild, SpawnFailure } from '../../index.js'
import { spawnFailed } from '../errors.js'
import { claimChild, hold, release, requestSpawn, spawnHere } from '../events.js'
import { Handle } from '../handle.js'
import { armLimits } from '../limits.js'
import type { ArmedLimits } from '../limits.js'
import { requirePermission } from './permission.js'
import type { Plan } from './plan.js'

export { planSpawn } from './plan.js'

export async function launch(plan: Plan): Promise<Handle> {
  const limits = prepare(plan)
  let request = 0
  hold()
  try {
    const failure = await new Promise<SpawnFailure | null>((resolve) => {
      request = requestSpawn(plan.request, resolve)
    })
    if (failure !== null) throw failed(plan, failure)
    return started(plan, claimChild(request), limits)
  } catch (error) {
    limits?.cancel()
    throw error
  } finally {
    release()
  }
}

export function launchSync(plan: Plan): Handle {
  const limits = prepare(plan)
  try {
    const child = spawnHere(plan.request)
    if ('errno' in child) throw failed(plan, child)
    return started(plan, child, limits)
  } catch (error) {
    limits?.cancel()
    throw error
  }
}

/** All that may be refused before a child is asked for. */
function prepare({ spawnfile, limits }: Plan): ArmedLimits | null {
  requirePermission(spawnfile)
  return limits === null ? null : armLimits(limits)
}

function started({ spawnfile, spawnargs, killSignal }: Plan, child: NativeChild, limits: ArmedLimits | null): Handle {
  const handle = new Handle(child, spawnfile, spawnargs, killSignal)
  limits?.apply(handle)
  return handle
}

function failed({ spawnfile, spawnargs, cwd }: Plan, failure: SpawnFailure): Error {
  return spawnFailed(failure, spawnfile, spawnargs, cwd)
}
