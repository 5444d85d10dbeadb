// The tracing channel 'shared-child.spawn', for monitoring: it reports what is started, and with which result.
import type * as DiagnosticsChannel from 'node:diagnostics_channel'
import { tellApart } from './spawn/arguments.js'

/** What subscribers receive: the arguments as they were passed in and, later, the child or the error. */
interface Message {
  readonly file: unknown
  readonly args: unknown
  readonly options: unknown
  child?: unknown
  error?: unknown
}

type Channel = DiagnosticsChannel.TracingChannel<unknown, Message>

/** Undefined until something is started; null if the runtime has no tracing channels. */
let channel: Channel | null | undefined

/** Returns the channel if anybody listens, otherwise null. It is not created while the module is only loaded. */
export function tracing(): Channel | null {
  if (channel === undefined) {
    const { tracingChannel } = require('node:diagnostics_channel') as Partial<typeof DiagnosticsChannel>
    channel = tracingChannel?.<unknown, Message>('shared-child.spawn') ?? null
  }
  if (channel === null) return null
  const { start, end, asyncStart, asyncEnd, error } = channel
  const heard =
    start.hasSubscribers ||
    end.hasSubscribers ||
    asyncStart.hasSubscribers ||
    asyncEnd.hasSubscribers ||
    error.hasSubscribers
  return heard ? channel : null
}

/** Traces `work`, which calls `told` with the child before its promise settles. */
export function traced<T>(
  to: Channel,
  [file, second, third]: readonly [unknown, unknown, unknown],
  work: (told: (child: unknown) => void) => Promise<T>,
): Promise<T> {
  const message = messageOf(file, second, third)
  return to.tracePromise(() => work((child) => (message.child = child)), message)
}

export function tracedSync<T>(to: Channel, [file, second, third]: readonly unknown[], work: () => T): T {
  const message = messageOf(file, second, third)
  return to.traceSync(() => (message.child = work()), message)
}

function messageOf(file: unknown, second: unknown, third: unknown): Message {
  try {
    const { args, options = {} } = tellApart(second, third)
    return { file, args, options }
  } catch {
    return { file, args: second, options: third }
  }
}
