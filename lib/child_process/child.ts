// A ChildProcess with a handle of ours: an object of Node's class that its constructor has not made. (The constructor makes a
// ProcessWrap, and one that never starts a process is never freed.)
import type { ChildProcess as NodeChild } from 'node:child_process'
import { channel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import { nextTick } from 'node:process'
import type { Readable } from 'node:stream'
import { systemError } from '../errors.js'
import type { Normal } from './normal.js'
import { ChildProcess } from './original.js'
import { Process } from './process.js'

/** What Node's JavaScript reads and writes. */
export interface Child extends NodeChild {
  _handle: Process | null
  _closesNeeded: number
  _closesGot: number
  spawn(options: Normal): number
}

/** The handle of each child, which the child itself has only until its exit was told. */
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

/** As Node tells an end: of the process, or of the attempt to start one (`code` is the error's number then). */
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

/** Reads to the end what nobody reads, so that 'close' comes; but not a stream that another child has been given. */
function drain(child: Child): void {
  for (const stream of (child.stdio ?? []) as (Readable | null)[]) {
    if (!stream?.readable || Object.getOwnPropertySymbols(stream).some(isMark)) continue
    stream.resume()
  }
}

const isMark = (symbol: symbol): boolean => symbol.description === 'kIsUsedAsStdio'
