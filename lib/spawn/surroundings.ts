// A child has the working directory, the umask, the user and the groups of its call, although it is started later and on
// another thread. All of these belong to the process, and in Node only the main thread changes them, with functions of
// `process`. So while a spawn of the main thread is in progress, these functions are replaced: they first have the native
// side record the old directory and umask or, before a change of user, wait for the spawns. At other times they are
// Node's own, and a spawn pays nothing. In workers and in other runtimes, the native side records the directory and the
// umask at each call.
import { beforeSurroundingsChange, beforeUserChange } from '../events.js'
import { isMainThreadOfNode } from './main-thread.js'

type AnyFunction = (...args: unknown[]) => unknown

// Not the global `process`, which a realm of node:vm does not have. Not a default import of node:process either: our
// bundler's code for it reads every property, and on Windows, Node aborts when it reads process.title in a console
// whose title is empty.
const process = require('node:process') as NodeJS.Process

/** The type says that these are plain properties, which can be replaced. */
const functions = process as unknown as Record<string, AnyFunction>

/** One of the functions, and the one that replaces it while spawns are in progress. */
class Change {
  readonly #name: string
  readonly #prepare: () => void
  #original: AnyFunction | undefined
  #prepared: AnyFunction | undefined

  constructor(name: string, prepare: () => void) {
    this.#name = name
    this.#prepare = prepare
  }

  replace(): void {
    const current = functions[this.#name]!
    // Another copy of this module may have put it back. Wrapped again each time, it would become ever longer.
    if (current === this.#prepared) return
    if (current !== this.#original || !this.#prepared) {
      this.#original = current
      // Called without a value, umask() changes nothing, and the others are errors. Other code may keep this function
      // and call it after it has been replaced again.
      this.#prepared = (...args) => {
        if (args[0] !== undefined && spawnsUnderWay > 0) this.#prepare()
        return Reflect.apply(current, process, args)
      }
    }
    functions[this.#name] = this.#prepared
  }

  /** Leaves the function if other code has replaced it by now. */
  restore(): void {
    if (functions[this.#name] === this.#prepared && this.#original) functions[this.#name] = this.#original
  }
}

const USER_FUNCTIONS = ['setuid', 'seteuid', 'setgid', 'setegid', 'setgroups', 'initgroups']

let changes: readonly Change[] | undefined
let spawnsUnderWay = 0

function allChanges(): readonly Change[] {
  const all = ['chdir', 'umask'].map((name) => new Change(name, beforeSurroundingsChange))
  // Only root can use the others, and nobody becomes root. (Node has no function that changes the saved user alone.)
  const isRoot = process.getuid?.() === 0 || process.geteuid?.() === 0
  const others = isRoot ? USER_FUNCTIONS.filter((name) => functions[name] !== undefined) : []
  return [...all, ...others.map((name) => new Change(name, beforeUserChange))]
}

/** Call this at each spawn in the background, and {@link spawnEnds} when the spawn is over. */
export function spawnBegins(): void {
  if (spawnsUnderWay++ > 0 || !isMainThreadOfNode()) return
  for (const change of (changes ??= allChanges())) change.replace()
}

export function spawnEnds(): void {
  if (--spawnsUnderWay > 0 || !isMainThreadOfNode() || !changes) return
  for (const change of changes) change.restore()
}
