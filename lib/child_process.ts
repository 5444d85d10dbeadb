/// <reference types="node" preserve="true" />
// 'shared-child/child_process': everything that node:child_process exports. The main entry does not depend on it.
import type * as Node from 'node:child_process'
import { processes } from './child_process/child.js'
import type { Child } from './child_process/child.js'
import * as exec_ from './child_process/exec.js'
import { insteadOf } from './child_process/instead.js'
import { nodes, reason } from './child_process/original.js'
import * as spawn_ from './child_process/spawn.js'
import * as sync from './child_process/sync.js'
import { featureUnavailable, invalidArgValue } from './errors.js'
import type * as Main from './index.js'
import type { SharedChild } from './shared-child.js'
import type { SpawnOptions } from './types.js'

export type * from 'node:child_process'

/** The options of spawn(), exec(), execFile() and fork() in addition to Node's: see SpawnOptions of the main entry. */
export type OwnOptions = Pick<SpawnOptions, 'group' | 'killOnParentExit' | 'killGrace'>

type Spawn = (file: string, args: readonly string[], options: Node.SpawnOptions & OwnOptions) => Node.ChildProcess
type Fork = (file: string, args: readonly string[], options: Node.ForkOptions & OwnOptions) => Node.ChildProcess

interface Printed<T> {
  stdout: T
  stderr: T
}
type Done<E, T> = (error: E | null, stdout: T, stderr: T) => void
interface Text {
  encoding?: BufferEncoding
}
interface Bytes {
  encoding: 'buffer' | null
}
type ExecOptions<E> = Node.ExecOptions & OwnOptions & E
type ExecFileOptions<E> = Node.ExecFileOptions & OwnOptions & E

interface Exec {
  (command: string, options: ExecOptions<Bytes>, callback?: Done<Node.ExecException, Buffer>): Node.ChildProcess
  (command: string, options: ExecOptions<Text>, callback?: Done<Node.ExecException, string>): Node.ChildProcess
  /** For util.promisify(). */
  __promisify__: {
    (command: string, options: ExecOptions<Bytes>): Node.PromiseWithChild<Printed<Buffer>>
    (command: string, options: ExecOptions<Text>): Node.PromiseWithChild<Printed<string>>
  }
}

type List = readonly string[] | null | undefined

interface ExecFile {
  (file: string, options: ExecFileOptions<Bytes>, callback?: Done<Node.ExecFileException, Buffer>): Node.ChildProcess
  (file: string, options: ExecFileOptions<Text>, callback?: Done<Node.ExecFileException, string>): Node.ChildProcess
  (
    file: string,
    args: List,
    options: ExecFileOptions<Bytes>,
    callback?: Done<Node.ExecFileException, Buffer>,
  ): Node.ChildProcess
  (
    file: string,
    args: List,
    options: ExecFileOptions<Text>,
    callback?: Done<Node.ExecFileException, string>,
  ): Node.ChildProcess
  /** For util.promisify(). */
  __promisify__: {
    (file: string, options: ExecFileOptions<Bytes>): Node.PromiseWithChild<Printed<Buffer>>
    (file: string, options: ExecFileOptions<Text>): Node.PromiseWithChild<Printed<string>>
    (file: string, args: List, options: ExecFileOptions<Bytes>): Node.PromiseWithChild<Printed<Buffer>>
    (file: string, args: List, options: ExecFileOptions<Text>): Node.PromiseWithChild<Printed<string>>
  }
}

/** As in node:child_process; and with the options of {@link OwnOptions}. */
export const spawn = insteadOf('spawn', spawn_.spawn) as typeof Node.spawn & Spawn
export const fork = insteadOf('fork', spawn_.fork) as typeof Node.fork & Fork
export const exec = exec_.promisable(insteadOf('exec', exec_.exec)) as unknown as typeof Node.exec & Exec
export const execFile = exec_.promisable(insteadOf('execFile', exec_.execFile)) as unknown as typeof Node.execFile &
  ExecFile
export const spawnSync = insteadOf('spawnSync', sync.spawnSync) as typeof Node.spawnSync
export const execSync = insteadOf('execSync', sync.execSync) as typeof Node.execSync
export const execFileSync = insteadOf('execFileSync', sync.execFileSync) as typeof Node.execFileSync
/** Node's own class; `new ChildProcess()` is Node's, too. */
export const ChildProcess = nodes.ChildProcess
/** @internal */
export const _forkChild = (nodes as unknown as { _forkChild: unknown })._forkChild

/** @internal Why Node's own functions are used here; null if ours are. */
export const unavailable: string | null = reason

const known = new WeakMap<object, SharedChild>()

/**
 * Returns the SharedChild of a child that spawn(), exec(), execFile() or fork() of this entry has started. Use it to share the
 * child with a worker, to wait with a timeout, to terminate it, or to learn the cause of its end. The streams stay with the
 * ChildProcess. The SharedChild does not keep the event loop alive (the ChildProcess does) unless ref() is called.
 *
 * Throws `ERR_INVALID_ARG_VALUE` for any other child (on Windows, this includes those that Node has started because they have an IPC
 * channel or get a stream) and for one that could not be started, and `ERR_FEATURE_UNAVAILABLE` if Node's own functions are used.
 */
export function sharedChild(child: Node.ChildProcess): SharedChild {
  if (reason !== null) throw featureUnavailable('sharedChild()', `here: ${reason}`)
  const native = processes.get(child)?.native
  if (!native) throw invalidArgValue('child', 'must be a child that this module has started', child)
  let shared = known.get(child)
  if (shared === undefined) {
    const main = require('./index.js') as typeof Main
    shared = main.SharedChild.attach({ sharedChild: native.share() })
    // Without its handle, a child no longer keeps the event loop alive, so this has to, until it is told of the exit.
    if ((child as Child)._handle !== null) shared.unref()
    known.set(child, shared)
  }
  return shared
}
