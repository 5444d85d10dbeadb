// A child has the working directory and the umask of its call, although it is started later and on another thread. Both
// belong to the process, and in Node only the main thread changes them, with process.chdir() and process.umask(mask).
// So while a spawn of the main thread is in progress, these two functions are replaced: they first have the native side
// record the old values. At other times they are Node's own, and a spawn pays nothing. In workers and in other
// runtimes, the native side records both values at each call.
import { beforeSurroundingsChange } from '../events.js'
import { isMainThreadOfNode } from './main-thread.js'

type AnyFunction = (...args: unknown[]) => unknown

// Not the global `process`, which a realm of node:vm does not have. Not a default import of node:process either: our
// bundler's code for it reads every property, and on Windows, Node aborts when it reads process.title in a console
// whose title is empty.
const process = require('node:process') as NodeJS.Process

/** The type says that these are plain properties, which can be replaced. */
const functions = process as unknown as { chdir: AnyFunction; umask: AnyFunction }

/** One of the two functions, and the one that replaces it while spawns are in progress. */
class Change {
  original: AnyFunction | undefined
  recording: AnyFunction | undefined

  /** Returns the function that replaces `current`. */
  recordBefore(current: AnyFunction): AnyFunction {
    if (current === this.original && this.recording) return this.recording
    this.original = current
    // Called without a value, umask() changes nothing, and chdir() is an error. Other code may keep this function and
    // call it after it has been replaced again.
    return (this.recording = (...args) => {
      if (args[0] !== undefined && spawnsUnderWay > 0) beforeSurroundingsChange()
      return Reflect.apply(current, process, args)
    })
  }

  /** Returns the function to restore in the place of `current`, which other code may have replaced by now. */
  after(current: AnyFunction): AnyFunction {
    return current === this.recording && this.original ? this.original : current
  }
}

const chdir = new Change()
const umask = new Change()
let spawnsUnderWay = 0

/** Call this at each spawn in the background, and {@link spawnEnds} when the spawn is over. */
export function spawnBegins(): void {
  if (spawnsUnderWay++ > 0 || !isMainThreadOfNode()) return
  functions.chdir = chdir.recordBefore(functions.chdir)
  functions.umask = umask.recordBefore(functions.umask)
}

export function spawnEnds(): void {
  if (--spawnsUnderWay > 0 || !isMainThreadOfNode()) return
  functions.chdir = chdir.after(functions.chdir)
  functions.umask = umask.after(functions.umask)
}
