// Messages of the protocol itself, which are nobody's business. A child that sends a handle (a socket, say) waits with
// all further messages until it hears what became of it.

interface Internal {
  readonly cmd: string
}

const PREFIX = 'NODE_'

/** "The handle has not arrived": the child tries it a few times, gives a warning, and goes on. */
export const REFUSAL: Internal = { cmd: 'NODE_HANDLE_NACK' }

export function isInternal(message: unknown): message is Internal {
  if (typeof message !== 'object' || message === null || !('cmd' in message)) return false
  const { cmd } = message
  return typeof cmd === 'string' && cmd.length > PREFIX.length && cmd.startsWith(PREFIX)
}

export function wantsAnswer({ cmd }: Internal): boolean {
  return cmd === 'NODE_HANDLE'
}
