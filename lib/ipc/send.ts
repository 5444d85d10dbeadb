// send() checks what may be sent, and returns the promise.
import { handleRefused, invalidArgType } from '../errors.js'
import type { Channel } from './channel.js'

const TYPES = new Set(['string', 'object', 'number', 'boolean'])

/** `owner`: its `channel` throws if the child has none. */
export function send(owner: { readonly channel: Channel }, message: unknown, more: unknown): Promise<void> {
  try {
    if (more !== undefined && more !== null) throw handleRefused()
    if (!TYPES.has(typeof message)) {
      throw invalidArgType('message', 'one of type string, object, number, or boolean', message)
    }
    const sent = owner.channel.send(message)
    // If nobody can read the message any more, only code that awaits the promise learns of it: no uncaught error.
    sent.catch(() => {})
    return sent
  } catch (error) {
    return rejected(error)
  }
}

async function rejected(error: unknown): Promise<never> {
  throw error
}
