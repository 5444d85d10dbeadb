// spawn() and fork(), with Node's options and ours.
import type { ChildProcess } from 'node:child_process'
import { execArgv as processExecArgv, execPath as processExecPath, nextTick } from 'node:process'
import { clearTimeout, setTimeout } from 'node:timers'
import { DEFAULT_ENDING } from '../ending.js'
import { childAborted } from '../errors.js'
import { causeNumber } from '../exit-status.js'
import { boolean, given, grouping, nonNegative } from '../validate.js'
import { array, bare, killSignalOf, must, object, pathOf, signalOf, text, timeoutOf } from './check.js'
import type { Options } from './check.js'
import { makeChild, processes } from './child.js'
import { normalize } from './normal.js'
import { isSpawnWrapped, processObject } from './original.js'
import { leaveToNode } from './windows.js'

/** Ends a child because of a limit. Returns false if it had exited and nothing was sent. */
export type Killer = (cause: 'timeout' | 'abort' | 'maxBuffer') => boolean

export function spawn(file: unknown, second?: unknown, third?: unknown): ChildProcess {
  const options = normalize(file, second, third, isSpawnWrapped())
  leaveToNode(options)
  const timeout = timeoutOf(options['timeout'])
  const signal = signalOf(options['signal'])
  const killSignal = killSignalOf(options['killSignal'])
  const ending = endingOf(options)
  const child = makeChild(options)
  child.spawn(options)
  const kill = killer(child, killSignal, ending)
  if (timeout > 0) {
    const timer = setTimeout(() => {
      try {
        kill('timeout')
      } catch (error) {
        child.emit('error', error)
      }
    }, timeout)
    child.once('exit', () => clearTimeout(timer))
    child.once('error', () => clearTimeout(timer))
  }
  if (signal !== undefined) {
    const abort = (): void => {
      try {
        if (kill('abort')) child.emit('error', childAborted(signal.reason))
      } catch (error) {
        child.emit('error', error)
      }
    }
    if (signal.aborted) nextTick(abort)
    else {
      signal.addEventListener('abort', abort, { once: true })
      child.once('exit', () => signal.removeEventListener('abort', abort))
    }
  }
  return child
}

/** The grace period of limits that end a child as in the main entry; null if a single signal has to end it, as in child_process. */
export function endingOf({ group, killOnParentExit, killGrace }: Options): number | null {
  boolean('options.killOnParentExit', killOnParentExit)
  const grouped = grouping(group)
  if (given(killGrace)) return nonNegative('options.killGrace', killGrace)
  return grouped ? DEFAULT_ENDING.grace : null
}

export function killer(child: ChildProcess, signal: number | null, grace: number | null): Killer {
  return (cause) => {
    const native = processes.get(child)?.native
    if (grace === null || !native) return child.kill(signal ?? undefined)
    return native.end(causeNumber(cause), signal ?? DEFAULT_ENDING.signal, grace, 0) === 1
  }
}

export function fork(modulePath: unknown, second?: unknown, third?: unknown): ChildProcess {
  const path = pathOf(modulePath)
  const hasOptions = given(second) && !Array.isArray(second)
  const args = hasOptions || !given(second) ? [] : array(second)
  const last = hasOptions ? object(second) : third
  const options = Object.assign(bare(given(last) ? object(last) : {}), { shell: false })
  const execPath = text(options['execPath'] || processExecPath)
  const execArgv = array(options['execArgv'] || withoutScript(processExecArgv))
  options['execPath'] = execPath
  const { stdio, silent } = options
  if (Array.isArray(stdio)) {
    must(stdio.includes('ipc'))
  } else {
    const word = typeof stdio === 'string' ? stdio : silent ? 'pipe' : 'inherit'
    must(['pipe', 'overlapped', 'ignore', 'inherit'].includes(word))
    if (word === 'inherit') options['stdio'] = [0, 1, 2, 'ipc']
    else options['stdio'] = [word, word, word, 'ipc']
  }
  return spawn(execPath, [...execArgv, path, ...args], options)
}

/** Leaves out a program that was given with `-e`: the child would run it, too, and fork again. */
function withoutScript(args: readonly string[]): readonly string[] {
  const at = args.lastIndexOf(processObject._eval ?? '\0')
  return at > 0 ? args.filter((_, i) => i !== at && i !== at - 1) : args
}
