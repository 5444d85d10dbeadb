// A child has the working directory and the umask of its call, although it is started later and on another thread. Both
// are the process's, and on Node only the main thread changes them, by process.chdir() and process.umask(mask). So while
// a spawn of the main thread is on its way, these two first have the old values recorded; at other times they are
// Node's own, and a spawn pays nothing. Everywhere else the native side records both at each call.
import { beforeSurroundingsChange } from '../events.js'
import { isMainThreadOfNode } from './main-thread.js'

type AnyFunction = (...args: unknown[]) => unknown

// Not the global, which a realm of node:vm has not. Not by a default import of node:process either: what our bundler
// makes of one reads every property of it, and Node on Windows ends itself when it is asked for process.title in a
// console whose title is empty.
const process = require('node:process') as NodeJS.Process

/** As plain properties, which they are. */
const functions = process as unknown as { chdir: AnyFunction; umask: AnyFunction }

/** One of the two functions, and what stands in its place while spawns are under way. */
class Change {
  original: AnyFunction | undefined
  recording: AnyFunction | undefined

  /** What to put in the place of `current`. */
  recordBefore(current: AnyFunction): AnyFunction {
    if (current === this.original && this.recording) return this.recording
    this.original = current
    // Called without a value, umask() changes nothing, and chdir() is an error. Somebody may keep the function for
    // longer than it is in place.
    return (this.recording = (...args) => {
      if (args[0] !== undefined && spawnsUnderWay > 0) beforeSurroundingsChange()
      return Reflect.apply(current, process, args)
    })
  }

  /** What to put back in the place of `current`, which may be somebody else's by now. */
  after(current: AnyFunction): AnyFunction {
    return current === this.recording && this.original ? this.original : current
  }
}

const chdir = new Change()
const umask = new Change()
let spawnsUnderWay = 0

/** Call it at each spawn in the background, and {@link spawnEnds} when it is over. */
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
