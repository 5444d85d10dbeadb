// Messages of the protocol itself, which are never shown to users. A child that sends a handle (a socket, for example)
// sends nothing more until it is told whether the handle has arrived.

interface Internal {
  readonly cmd: string
}

const PREFIX = 'NODE_'

/** Says that a handle has not arrived: the child tries again a few times, prints a warning, and goes on. */
export const REFUSAL: Internal = { cmd: 'NODE_HANDLE_NACK' }

export function isInternal(message: unknown): message is Internal {
  if (typeof message !== 'object' || message === null || !('cmd' in message)) return false
  const { cmd } = message
  return typeof cmd === 'string' && cmd.length > PREFIX.length && cmd.startsWith(PREFIX)
}

export function wantsAnswer({ cmd }: Internal): boolean {
  return cmd === 'NODE_HANDLE'
}
