// Starting a child: on a thread of the native side (launch), or on the calling one (launchSync).
import { constants } from 'node:os'
import type { NativeChild, SpawnFailure } from '../../index.js'
import { spawnFailed } from '../errors.js'
import { claimChild, hold, release, requestSpawn, spawnHere } from '../events.js'
import { Handle } from '../handle.js'
import { applyLimits } from '../limits.js'
import { whyMissing } from './diagnosis.js'
import { pathOf } from './environment.js'
import type { Plan } from './plan.js'

export { planSpawn } from './plan.js'

export async function launch(plan: Plan): Promise<Handle> {
  let request = 0
  const answer = new Promise<SpawnFailure | null>((resolve) => {
    request = requestSpawn(plan.request, resolve)
  })
  hold()
  try {
    const failure = await answer
    if (failure !== null) throw failed(plan, failure)
    return started(plan, claimChild(request))
  } finally {
    release()
  }
}

export function launchSync(plan: Plan): Handle {
  const child = spawnHere(plan.request)
  if (isFailure(child)) throw failed(plan, child)
  return started(plan, child)
}

/** Own, because a polluted Object.prototype is behind both. */
function isFailure(answer: NativeChild | SpawnFailure): answer is SpawnFailure {
  return Object.hasOwn(answer, 'errno')
}

function started({ spawnfile, spawnargs, killSignal, limits }: Plan, child: NativeChild): Handle {
  const handle = new Handle(child, spawnfile, spawnargs, killSignal)
  if (limits !== null) applyLimits(handle, limits)
  return handle
}

function failed({ request, spawnfile, spawnargs, cwd }: Plan, failure: SpawnFailure): Error {
  const missing = failure.errno === -constants.errno.ENOENT && !failure.chdir
  const why = missing ? whyMissing(spawnfile, request.cwd ?? process.cwd(), pathOf(request.env)) : null
  return spawnFailed(failure, spawnfile, spawnargs, cwd, why)
}
