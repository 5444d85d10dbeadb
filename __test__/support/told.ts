// Describes what a function returned or threw so that two functions can be compared: without pids, and without what differs between any two errors.
import { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'

/** Returns the result of `call`. Children are followed to their end. */
export async function told(call: () => unknown): Promise<unknown> {
  try {
    // At once, because an error event may come before a promise settles.
    const value = call()
    return plain(await (value instanceof ChildProcess ? followed(value) : value))
  } catch (error) {
    return { threw: plain(error) }
  }
}

/** @param name the name of the property that has the value */
function plain(value: unknown, name?: string): unknown {
  if (name === 'pid' && typeof value === 'number') return value > 0 ? 'a pid' : value
  if (value instanceof Error) return plainError(value)
  if (value instanceof Uint8Array) return { bytes: short(Buffer.from(value).toString('latin1')) }
  if (typeof value === 'string') return short(value)
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return value.map((each) => plain(each))
  if (typeof value !== 'object' || value === null || Symbol.toStringTag in value) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each, key)]))
}

const short = (text: string): string => (text.length > 300 ? `${text.slice(0, 100)}.. of ${text.length}` : text)

function plainError(error: Error): unknown {
  const own = Object.entries(error).filter(([, value]) => value !== error)
  const cause = error.cause as NodeJS.ErrnoException | undefined
  return {
    class: error.constructor.name,
    shown: [error.name, String(error), error.stack?.split('\n')[0]],
    own: Object.keys(error),
    ...Object.fromEntries(own.map(([key, value]) => [key, plain(value, key)])),
    // The cause for a bad cwd is an addition of this package.
    ...(cause === undefined || cause.syscall === 'chdir' ? {} : { cause: plain(cause) }),
  }
}

/** Returns a child's properties at first, its events, its output, and its properties at the end. */
export function followed(child: ChildProcess): Promise<unknown> {
  const events: unknown[] = []
  const printed: Record<number, string> = {}
  const state = (): unknown => {
    const { connected, killed, exitCode, signalCode, spawnfile, spawnargs } = child
    const keys = Reflect.ownKeys(child).map(String)
    return { keys, connected, killed, exitCode, signalCode, spawnfile, spawnargs, pid: child.pid }
  }
  const stdio = (child.stdio ?? []) as (Duplex | null)[]
  const streams = stdio.map((stream) => stream && [stream.constructor.name, stream.readable, stream.writable])
  const before = plain(state())
  for (const name of ['spawn', 'message', 'error', 'exit', 'close'])
    child.on(name, (...values: unknown[]) => events.push([name, ...values.map((value) => plain(value))]))
  stdio.forEach((stream, fd) => {
    stream?.on('error', (error: Error) => events.push([fd, plain(error)]))
    if (!stream?.readable) return
    printed[fd] = ''
    stream.on('data', (chunk: Buffer) => (printed[fd] += chunk.toString('latin1')))
  })
  return new Promise((resolve) => {
    child.on('close', () =>
      setImmediate(() => resolve({ before, streams, events, printed, after: state(), late: child.kill() })),
    )
  })
}
