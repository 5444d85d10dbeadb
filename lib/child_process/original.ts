// Keeps Node's own functions, before anything replaces them, and checks whether the internals of Node are as this package expects.
import * as original from 'node:child_process'
import { versions } from 'node:process'
import type * as Process from 'node:process'
import { Events } from '../native.js'

export const ChildProcess = original.ChildProcess as unknown as {
  readonly prototype: { spawn(options: object): number }
}
export const nodes = { ...original }

/**
 * The process object, with what is not in its types. Not imported as a namespace: the code that the bundler makes for that reads
 * every property, and on Windows the process aborts when its title is read while its console has none.
 */
export const processObject = require('node:process') as typeof Process & { permission?: unknown; _eval?: string }

const spawnOfNow = (): unknown => Object.getOwnPropertyDescriptor(ChildProcess.prototype, 'spawn')?.value
/** Node's own function calls the handle itself. If its text is not to be had, it counts as somebody else's. */
const isNodes = (spawn: unknown): boolean =>
  typeof spawn === 'function' && Function.prototype.toString.call(spawn).includes('this._handle.spawn(')

const atFirst = spawnOfNow()
/** Node's own; undefined if a tool was faster than this module. */
const spawn = isNodes(atFirst) ? atFirst : undefined

/** Tools that follow a program's children (nyc, spawn-wrap) replace this function with their own, which changes the options. */
export const isSpawnWrapped = (): boolean => spawnOfNow() !== spawn

/** Why Node's own functions are used here; null if ours can be. */
export const reason: string | null = reasonOf()

function reasonOf(): string | null {
  if (Object.hasOwn(versions, 'bun')) return 'Bun has its own'
  if (Object.hasOwn(versions, 'deno')) return 'Deno has its own'
  if (processObject.permission !== undefined) return 'Node runs with --permission'
  if (typeof Events.prototype.spawnPaired !== 'function') return 'the native addon is of another version'
  return isKnown() ? null : 'this version of Node has internals that are not known'
}

/** Makes a spawn that our handle refuses and Node undoes, to check that Node calls the handle as expected, with what it needs. */
function isKnown(): boolean {
  const refused = -22
  const options: Record<string, unknown> = { file: 'x', args: ['x'], envPairs: [], stdio: ['pipe', 'ignore', 2, 'ipc'] }
  const seen: string[] = []
  const child = Object.create(ChildProcess.prototype) as Record<string, unknown>
  child['_handle'] = {
    spawn() {
      const stdio = options['stdio'] as { type: string; fd?: number; handle?: { open?: unknown } }[]
      for (const { type, fd, handle } of stdio) seen.push(`${type} ${fd ?? typeof handle?.open}`)
      return refused
    },
    close: () => seen.push('close'),
  }
  try {
    ChildProcess.prototype.spawn.call(child as never, options)
    return false
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException
    const expected = 'pipe function,ignore undefined,fd 2,pipe function,close'
    return errno === refused && seen.join() === expected && child['_handle'] === null
  }
}
