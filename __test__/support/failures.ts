import { spawn as nodeSpawn, type SpawnOptions as NodeSpawnOptions } from 'node:child_process'
import type { ExecutionContext } from 'ava'

/** An error reduced to what a caller can act on. */
export interface Failure {
  name: string
  message: string
  code: unknown
  errno: unknown
  syscall: unknown
  path: unknown
  spawnargs: unknown
}

export function failure(error: unknown): Failure {
  const { name, message, code, errno, syscall, path, spawnargs } = error as Failure
  return { name, message, code, errno, syscall, path, spawnargs }
}

/** Returns the error of the same call in child_process, whether it is thrown or emitted. */
export function nodeFailure(file: string, args: string[] = [], options: NodeSpawnOptions = {}): Promise<Failure> {
  return new Promise((resolve, reject) => {
    try {
      const child = nodeSpawn(file, args, { stdio: 'ignore', ...options })
      child.once('error', (error) => resolve(failure(error)))
      child.once('exit', () => reject(new Error(`child_process started ${file}`)))
    } catch (error) {
      resolve(failure(error))
    }
  })
}

/** The error a call rejects with. A synchronous throw, or no rejection, fails the test. */
export async function rejection(t: ExecutionContext, call: () => Promise<unknown>): Promise<Error & Failure> {
  let promise
  try {
    promise = call()
  } catch (error) {
    t.fail(`threw instead of rejecting: ${String(error)}`)
    throw error
  }
  let value
  try {
    value = await promise
  } catch (error) {
    t.true(error instanceof Error, 'rejects with an Error')
    return error as Error & Failure
  }
  t.fail(`resolved instead of rejecting: ${String(value)}`)
  throw new Error('resolved instead of rejecting')
}

/** The error a synchronous call throws. */
export function thrown(t: ExecutionContext, call: () => unknown): Error & Failure {
  let value
  try {
    value = call()
  } catch (error) {
    t.true(error instanceof Error, 'throws an Error')
    return error as Error & Failure
  }
  t.fail(`returned instead of throwing: ${String(value)}`)
  throw new Error('returned instead of throwing')
}
