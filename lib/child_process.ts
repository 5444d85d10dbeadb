// 'shared-child/child_process': everything that node:child_process exports. Nothing of the main entry depends on it.
import type * as Node from 'node:child_process'
import { processes } from './child_process/child.js'
import { exec as execOwn, execFile as execFileOwn } from './child_process/exec.js'
import { nodes, reason } from './child_process/original.js'
import { fork as forkOwn, spawn as spawnOwn } from './child_process/spawn.js'
import * as sync from './child_process/sync.js'
import { featureUnavailable, invalidArgValue } from './errors.js'
import type * as Main from './index.js'
import type { SharedChild } from './shared-child.js'
import type { SpawnOptions } from './types.js'

export type * from 'node:child_process'

/** What spawn(), exec(), execFile() and fork() understand beside Node's options: see SpawnOptions of the main entry. */
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
export const spawn = spawnOwn as unknown as typeof Node.spawn & Spawn
export const fork = forkOwn as unknown as typeof Node.fork & Fork
export const exec = execOwn as unknown as typeof Node.exec & Exec
export const execFile = execFileOwn as unknown as typeof Node.execFile & ExecFile
export const spawnSync = sync.spawnSync as unknown as typeof Node.spawnSync
export const execSync = sync.execSync as unknown as typeof Node.execSync
export const execFileSync = sync.execFileSync as unknown as typeof Node.execFileSync
/** Node's own class; `new ChildProcess()` is Node's, too. */
export const ChildProcess = nodes.ChildProcess
/** @internal */
export const _forkChild = (nodes as unknown as { _forkChild: unknown })._forkChild

/** @internal Why Node's own functions serve here; null where ours do. */
export const unavailable: string | null = reason

const known = new WeakMap<object, SharedChild>()

/**
 * The SharedChild of a child that spawn(), exec(), execFile() or fork() of this entry has started: to share it with a worker, to
 * wait with a timeout, to terminate it, to learn the cause of its end. Its streams stay the ChildProcess's. It does not keep
 * the event loop alive (the ChildProcess does) unless ref() is called.
 *
 * Throws `ERR_INVALID_ARG_VALUE` for any other child and for one that could not be started, `ERR_FEATURE_UNAVAILABLE` where
 * Node's own functions serve.
 */
export function sharedChild(child: Node.ChildProcess): SharedChild {
  if (reason !== null) throw featureUnavailable('sharedChild()', `here: ${reason}`)
  const native = processes.get(child)?.native
  if (!native) throw invalidArgValue('child', 'must be a child that this module has started', child)
  let shared = known.get(child)
  if (shared === undefined) {
    const main = require('./index.js') as typeof Main
    shared = main.SharedChild.attach({ sharedChild: native.share() }).unref()
    known.set(child, shared)
  }
  return shared
}
