// Receives the events of the native side: one queue of numbers per module instance, with one wake-up per burst. Also
// decides whether the event loop is kept alive.
import { nextTick } from 'node:process'
import type { Events as Connection, NativeChild, OutputCollector, SpawnFailure, SyncResult } from '../index.js'
import { noThread } from './errors.js'
import { fromEvent } from './exit-status.js'
import { Events, runSync } from './native.js'
import {
  ALARM,
  COLLECTED,
  EVENT_WIDTH,
  EXITED,
  FAILED,
  GROUP_GONE,
  packNumbers,
  REAPED_ELSEWHERE,
  RETURNED,
  SPAWNED,
} from './records.js'
import type { SpawnRequest } from './records.js'
import type { ExitStatus } from './types.js'

export interface ExitListener {
  /** Called with the status of a child that has exited, or with null if other code in the process took the status. */
  exited(status: ExitStatus | null): void
}

/** The code that requested a spawn. */
export interface SpawnListener {
  /** Called with the failure, or with null if the child was started and can be claimed. */
  answered(failure: SpawnFailure | null): void
}

/** Pending spawns, by the number of the request. */
const spawning = new Map<number, SpawnListener>()
/** Handles on children that have not ended, by NativeChild.handle. */
const living = new Map<number, ExitListener>()
/**
 * All other requests that get one answer, by the number of the request. They are called with the value in the event.
 */
const answers = new Map<number, (value: number) => void>()
/** How many spawns and ref'd handles keep the event loop alive. */
let holds = 0
let lastRequest = 0

const batch = new Float64Array(64 * EVENT_WIDTH)
/**
 * Null until something is to be started or attached, so that a module which is only loaded leaves nothing behind. The
 * native side refers to `drain` weakly except while {@link keep} is in effect, so that a module which is no longer used
 * can be collected (each test file of jest and each hot reload has a module of its own).
 */
let connection: Connection | null = null

function connect(): Connection {
  return (connection ??= new Events(drain))
}

function drain(): void {
  let count: number
  do {
    count = connect().drain(batch)
    for (let at = 0; at < count * EVENT_WIDTH; at += EVENT_WIDTH) tell(at)
  } while (count === batch.length / EVENT_WIDTH)
}

/** If a listener throws, the others must still be called: otherwise they would wait for ever. */
function tell(at: number): void {
  try {
    dispatch(at)
  } catch (error) {
    nextTick(() => {
      throw error
    })
  }
}

function dispatch(at: number): void {
  const kind = batch[at]!
  const key = batch[at + 1]!
  if (kind === SPAWNED || kind === FAILED) {
    const listener = spawning.get(key)
    spawning.delete(key)
    listener?.answered(kind === SPAWNED ? null : { errno: batch[at + 2]!, stage: batch[at + 3]! })
  } else if (kind === EXITED || kind === REAPED_ELSEWHERE) {
    living.get(key)?.exited(kind === EXITED ? fromEvent(batch, at + 2) : null)
  } else if (kind === RETURNED) {
    connect().spawnReturned(key)
  } else if (kind === GROUP_GONE || kind === ALARM || kind === COLLECTED) {
    const answer = answers.get(key)
    forgetAnswer(key)
    answer?.(batch[at + 2]!)
  }
}

/** Registers a request that will be answered with a call of `answer`, and returns its number. */
function expectAnswer(answer: (value: number) => void): number {
  const request = ++lastRequest
  answers.set(request, answer)
  keep()
  return request
}

function forgetAnswer(request: number): void {
  answers.delete(request)
  keep()
}

/** Queues a spawn. The listener is called once, later; the child can then be claimed with the returned number. */
export function requestSpawn(what: SpawnRequest, listener: SpawnListener): number {
  const request = ++lastRequest
  connect().spawn(request, packNumbers(what), what.args, what.file, what.env, what.cwd)
  spawning.set(request, listener)
  return request
}

/** Returns the child of a request that was answered with null. It can be claimed only once. */
export function claimChild(request: number): NativeChild {
  return connect().claim(request)!
}

export function spawnHere(what: SpawnRequest): NativeChild | SpawnFailure {
  return connect().spawnSync(packNumbers(what), what.args, what.file, what.env, what.cwd)
}

/**
 * Does the same for child_process. For each fd of the child that is a pair, `open` is called with that fd and our end of
 * the pair.
 */
export function spawnPaired(what: SpawnRequest, open: (fd: number, end: number) => void): NativeChild | SpawnFailure {
  return connect().spawnPaired(packNumbers(what), what.args, what.file, what.env, what.cwd, open)
}

/** Starts a child and waits for it: see `runSync` of the native side. */
export function runPaired(
  what: SpawnRequest,
  input: Uint8Array | null,
  timeout: number,
  maxBuffer: number,
  signal: number,
  grace: number,
): SyncResult {
  const { args, file, env, cwd } = what
  return runSync(packNumbers(what), args, file, env, cwd, input, timeout, maxBuffer, signal, grace)
}

/** Makes the spawns in progress keep the working directory and umask that the process has now. */
export function beforeSurroundingsChange(): void {
  connect().beforeSurroundingsChange()
}

/** Waits until no spawn is in progress, because a change of user affects the threads that start programs, too. */
export function beforeUserChange(): void {
  connect().beforeUserChange()
}

/** Returns null if the token is from another process or its child is gone. */
export function attachChild(token: string): NativeChild | null {
  return connect().attach(token)
}

export function listenForExit(handle: number, listener: ExitListener): void {
  living.set(handle, listener)
  keep()
}

export function forgetExit(handle: number): void {
  living.delete(handle)
  keep()
}

/** Keeps this thread's event loop alive until {@link release} has been called once for each call. */
export function hold(): void {
  holds++
  keep()
}

export function release(): void {
  holds--
  keep()
}

/** Keeps the event loop alive until `work` has settled. */
export async function holding<T>(work: Promise<T>): Promise<T> {
  hold()
  try {
    return await work
  } finally {
    release()
  }
}

/**
 * Calls `ring` once, at least `ms` milliseconds from now and never within this call. Returns a function that cancels
 * it. It does not keep the event loop alive.
 *
 * The clock is on the native side, because a child is never fake but timers may be: tests replace setTimeout(),
 * setImmediate(), Date and performance, as globals and in node:timers, perhaps before this module is loaded.
 *
 * @throws EAGAIN if no thread can be started to wait
 */
export function setAlarm(ms: number, ring: () => void): () => void {
  if (ms === Infinity) return () => {}
  const request = expectAnswer(ring)
  const errno = connect().setAlarm(request, ms)
  if (errno < 0) {
    forgetAnswer(request)
    throw noThread(errno)
  }
  return () => {
    if (answers.has(request)) connect().cancelAlarm(request)
    forgetAnswer(request)
  }
}

/**
 * Calls `told` once: with true when no process of the child's group runs any more, or with false after `ms`
 * milliseconds. Returns a function that cancels it.
 */
export function listenForGroup(child: NativeChild, ms: number, told: (gone: boolean) => void): () => void {
  const request = expectAnswer((gone) => told(gone === 1))
  connect().waitGroup(request, child, ms)
  return () => forgetAnswer(request)
}

export interface Collecting {
  readonly collector: OutputCollector
  /** Makes sure that `done` is not called any more. */
  readonly cancel: () => void
}

/**
 * Has the native side collect the output of one of the child's pipes, and calls `done` once, later, when nothing more
 * will come. Returns null if there is no such pipe, or if it has to be read as a stream.
 */
export function collect(
  child: NativeChild,
  fd: number,
  limit: number,
  overflow: number,
  done: () => void,
): Collecting | null {
  const request = expectAnswer(done)
  const cancel = (): void => forgetAnswer(request)
  const collector = connect().collect(request, child, fd, limit, overflow)
  if (collector !== null) return { collector, cancel }
  cancel()
  return null
}

let keepsModule = false
let keepsLoop = false

/** Tells the native side whether it has to keep `drain` and the event loop alive. */
function keep(): void {
  const loop = holds > 0
  const module = loop || living.size > 0 || answers.size > 0
  if (module === keepsModule && loop === keepsLoop) return
  keepsModule = module
  keepsLoop = loop
  connect().keepAlive(loop, module)
}
