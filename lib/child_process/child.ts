// Creates a ChildProcess with a handle of ours: an object of Node's class, made without its constructor. (The constructor creates
// a ProcessWrap, and one that never starts a process is never freed.)
import type { ChildProcess as NodeChild } from 'node:child_process'
import { channel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import { nextTick } from 'node:process'
import type { Readable } from 'node:stream'
import { systemError } from '../errors.js'
import type { Normal } from './normal.js'
import { ChildProcess } from './original.js'
import { Process } from './process.js'

/** The members that Node's JavaScript reads and writes. */
export interface Child extends NodeChild {
  _handle: Process | null
  _closesNeeded: number
  _closesGot: number
  spawn(options: Normal): number
}

/** The handle of each child. The child itself has it only until its exit has been reported. */
export const processes = new WeakMap<object, Process>()

const CHDIR = 1
const created = channel('child_process')

export function makeChild(options: Normal): Child {
  const child = Object.create(ChildProcess.prototype) as Child
  Reflect.apply(EventEmitter, child, [])
  Object.assign(child, {
    _closesNeeded: 1,
    _closesGot: 0,
    connected: false,
    signalCode: null,
    exitCode: null,
    killed: false,
    spawnfile: null,
  })
  const handle = new Process(options, (code, signal) => ended(child, options, code, signal))
  child._handle = handle
  processes.set(child, handle)
  if (created.hasSubscribers) created.publish({ process: child })
  return child
}

/** Reports the end of the process as Node does, or of the attempt to start one (`code` is then the error number). */
function ended(child: Child, options: Normal, code: number | null, signal: string): void {
  const failure = child._handle?.failure
  Object.assign(child, signal ? { signalCode: signal } : { exitCode: code })
  child.stdin?.destroy()
  child._handle?.close()
  child._handle = null
  if (code !== null && code < 0) {
    const details = { path: child.spawnfile, spawnargs: child.spawnargs.slice(1) }
    const error = Object.assign(systemError(code, `spawn ${child.spawnfile}`), details)
    if (failure?.stage === CHDIR) {
      const cause = Object.assign(systemError(code, 'chdir'), { path: options.cwd })
      Object.defineProperty(error, 'cause', {
        __proto__: null,
        value: cause,
        writable: true,
        configurable: true,
      } as object)
    }
    child.emit('error', error)
  } else child.emit('exit', child.exitCode, child.signalCode)
  nextTick(drain, child)
  if (++child._closesGot === child._closesNeeded) child.emit('close', child.exitCode, child.signalCode)
}

/** Reads streams that nobody reads to their end, so that 'close' comes, except streams that were given to another child. */
function drain(child: Child): void {
  for (const stream of (child.stdio ?? []) as (Readable | null)[]) {
    if (!stream?.readable || Object.getOwnPropertySymbols(stream).some(isMark)) continue
    stream.resume()
  }
}

const isMark = (symbol: symbol): boolean => symbol.description === 'kIsUsedAsStdio'
