// The main thread of Node is the only one whose process.env is the environment of the process, and the only one that
// changes its working directory and its umask.
import { versions } from 'node:process'
import type * as WorkerThreads from 'node:worker_threads'

/** Undefined until somebody asks: node:worker_threads takes a quarter of the time in which this package loads. */
let known: boolean | undefined

export function isMainThreadOfNode(): boolean {
  if (known === undefined) {
    const { isMainThread } = require('node:worker_threads') as typeof WorkerThreads
    known = isMainThread && !Object.hasOwn(versions, 'bun') && !Object.hasOwn(versions, 'deno')
  }
  return known
}
