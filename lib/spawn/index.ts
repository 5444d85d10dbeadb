// Starting a child: on a thread of the native side (launch), or on the calling one (launchSync).
import { constants } from 'node:os'
import { resolve as resolvePath } from 'node:path'
import type { NativeChild, SpawnFailure } from '../../index.js'
import { spawnFailed } from '../errors.js'
import { claimChild, hold, release, requestSpawn, spawnHere } from '../events.js'
import { Handle } from '../handle.js'
import { armLimits } from '../limits.js'
import type { ArmedLimits } from '../limits.js'
import { whyMissing } from './diagnosis.js'
import { pathOf } from './environment.js'
import { requirePermission } from './permission.js'
import type { Plan } from './plan.js'
import { spawnBegins, spawnEnds } from './surroundings.js'

export { planSpawn } from './plan.js'

export async function launch(plan: Plan): Promise<Handle> {
  const limits = prepare(plan)
  const { given } = plan
  let request = 0
  hold()
  spawnBegins()
  try {
    const answer = new Promise<SpawnFailure | null>((resolve) => {
      request = requestSpawn(plan.request, resolve)
    })
    given?.sent()
    const failure = await answer
    if (failure !== null) throw failed(plan, failure)
    const handle = started(plan, claimChild(request), limits)
    given?.arrived(handle)
    return handle
  } catch (error) {
    undo(plan, limits)
    throw error
  } finally {
    spawnEnds()
    release()
  }
}

export function launchSync(plan: Plan): Handle {
  const limits = prepare(plan)
  const { given } = plan
  try {
    const child = spawnHere(plan.request)
    given?.sent()
    if (isFailure(child)) throw failed(plan, child)
    const handle = started(plan, child, limits)
    given?.arrived(handle)
    return handle
  } catch (error) {
    undo(plan, limits)
    throw error
  }
}

/** All that may be refused before a child is asked for. */
function prepare(plan: Plan): ArmedLimits | null {
  const { spawnfile, limits, given, request } = plan
  requirePermission(spawnfile)
  const armed = limits === null ? null : armLimits(limits)
  const shortage = given?.take(request.stdio) ?? null
  if (shortage === null) return armed
  armed?.cancel()
  throw failed(plan, shortage)
}

/** Own, because a polluted Object.prototype is behind both. */
function isFailure(answer: NativeChild | SpawnFailure): answer is SpawnFailure {
  return Object.hasOwn(answer, 'errno')
}

/** Nothing was started. */
function undo({ given }: Plan, limits: ArmedLimits | null): void {
  given?.giveBack()
  limits?.cancel()
}

function started({ spawnfile, spawnargs, ending }: Plan, child: NativeChild, limits: ArmedLimits | null): Handle {
  const handle = new Handle(child, spawnfile, spawnargs, ending)
  limits?.apply(handle)
  return handle
}

function failed({ request, spawnfile, spawnargs, cwd }: Plan, failure: SpawnFailure): Error {
  const missing = failure.errno === -constants.errno.ENOENT && failure.stage === 0
  const why = missing ? whyMissing(spawnfile, resolvePath(request.cwd ?? ''), pathOf(request.env)) : null
  return spawnFailed(failure, spawnfile, spawnargs, cwd, why)
}
