// Starting a child: on a thread of the native side (launch), or on the calling one (launchSync).
import type { NativeChild, SpawnFailure } from '../../index.js'
import { spawnFailed } from '../errors.js'
import { claimChild, hold, release, requestSpawn, spawnHere } from '../events.js'
import { Handle } from '../handle.js'
import { applyLimits } from '../limits.js'
import type { Plan } from './plan.js'
import { spawnBegins, spawnEnds } from './surroundings.js'

export { planSpawn } from './plan.js'

export async function launch(plan: Plan): Promise<Handle> {
  let request = 0
  const answer = new Promise<SpawnFailure | null>((resolve) => {
    request = requestSpawn(plan.request, resolve)
  })
  hold()
  spawnBegins()
  try {
    const failure = await answer
    if (failure !== null) throw failed(plan, failure)
    return started(plan, claimChild(request))
  } finally {
    spawnEnds()
    release()
  }
}

export function launchSync(plan: Plan): Handle {
  const child = spawnHere(plan.request)
  if ('errno' in child) throw failed(plan, child)
  return started(plan, child)
}

function started({ spawnfile, spawnargs, killSignal, limits }: Plan, child: NativeChild): Handle {
  const handle = new Handle(child, spawnfile, spawnargs, killSignal)
  if (limits !== null) applyLimits(handle, limits)
  return handle
}

function failed({ spawnfile, spawnargs, cwd }: Plan, failure: SpawnFailure): Error {
  return spawnFailed(failure, spawnfile, spawnargs, cwd)
}
