// Starts a child: on a thread of the native side (launch), or on the calling thread (launchSync).
import { resolve as resolvePath } from 'node:path'
import type { NativeChild, SpawnFailure } from '../../index.js'
import { spawnFailed, UV_ENOENT } from '../errors.js'
import { claimChild, hold, release, requestSpawn, spawnHere } from '../events.js'
import { Handle } from '../handle.js'
import { armLimits } from '../limits.js'
import type { ArmedLimits } from '../limits.js'
import { whyMissing } from './diagnosis.js'
import { pathOf } from './environment.js'
import { requirePermission } from './permission.js'
import { planSpawn } from './plan.js'
import type { Plan } from './plan.js'
import { spawnBegins, spawnEnds } from './surroundings.js'

/**
 * Starts a child on a thread of the native side, and converts it to what the caller gets. Everything is read and
 * requested during this call.
 *
 * This uses `then`, because the frame of an async function takes more memory than everything else. Stack traces contain
 * the caller's frames in both cases.
 */
export function launch<T>(file: unknown, second: unknown, third: unknown, make: (child: Handle) => T): Promise<T> {
  return new Promise<Launch>((answered) => {
    new Launch(planSpawn(file, second, third), answered).begin()
  }).then((launched) => make(launched.finish()))
}

/** A child that has been requested. */
class Launch {
  readonly #plan: Plan
  readonly #limits: ArmedLimits | null
  readonly #resolve: (answered: this) => void
  #request = 0
  #failure: SpawnFailure | null = null

  /** @throws if nothing can be requested */
  constructor(plan: Plan, resolve: (answered: Launch) => void) {
    this.#plan = plan
    this.#limits = prepare(plan)
    this.#resolve = resolve
  }

  begin(): void {
    hold()
    spawnBegins()
    try {
      this.#request = requestSpawn(this.#plan, this)
      this.#plan.given?.sent()
    } catch (error) {
      this.#undo()
      this.#end()
      throw error
    }
  }

  answered(failure: SpawnFailure | null): void {
    this.#failure = failure
    this.#resolve(this)
  }

  /** Returns the child, once the request has been answered. */
  finish(): Handle {
    try {
      if (this.#failure !== null) throw failed(this.#plan, this.#failure)
      return started(this.#plan, claimChild(this.#request), this.#limits)
    } catch (error) {
      this.#undo()
      throw error
    } finally {
      this.#end()
    }
  }

  #undo(): void {
    undo(this.#plan, this.#limits)
  }

  #end(): void {
    spawnEnds()
    release()
  }
}

export function launchSync(file: unknown, second: unknown, third: unknown): Handle {
  const plan = planSpawn(file, second, third)
  const limits = prepare(plan)
  try {
    const child = spawnHere(plan)
    plan.given?.sent()
    if (isFailure(child)) throw failed(plan, child)
    return started(plan, child, limits)
  } catch (error) {
    undo(plan, limits)
    throw error
  }
}

/** Makes all checks that can refuse a spawn before the child is requested. */
function prepare(plan: Plan): ArmedLimits | null {
  const { limits, given, stdio } = plan
  requirePermission(plan)
  const armed = limits === null ? null : armLimits(limits)
  const shortage = given?.take(stdio) ?? null
  if (shortage === null) return armed
  armed?.cancel()
  throw failed(plan, shortage)
}

/** Looks at own properties only, because both objects inherit from Object.prototype, which may be polluted. */
function isFailure(answer: NativeChild | SpawnFailure): answer is SpawnFailure {
  return Object.hasOwn(answer, 'errno')
}

/** Restores everything, because nothing was started. */
function undo({ given }: Plan, limits: ArmedLimits | null): void {
  given?.giveBack()
  limits?.cancel()
}

function started(plan: Plan, child: NativeChild, limits: ArmedLimits | null): Handle {
  const handle = new Handle(child, plan.spawnfile, plan.spawnargs, plan.ending)
  limits?.apply(handle)
  plan.given?.arrived(handle)
  return handle
}

function failed({ spawnfile, spawnargs, cwd, env }: Plan, failure: SpawnFailure): Error {
  const missing = failure.errno === UV_ENOENT && failure.stage === 0
  const why = missing ? whyMissing(spawnfile, resolvePath(cwd ?? ''), pathOf(env)) : null
  return spawnFailed(failure, spawnfile, spawnargs, cwd, why)
}
