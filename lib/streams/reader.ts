// Who reads what a child writes, from its beginning to its end: output() or lines(). What is lost must not depend on who
// comes first, so either has a stream for itself.
import type { Readable } from 'node:stream'
import { invalidState } from '../errors.js'
import { ownPipes } from './index.js'
import type { Pipes, Reader } from './index.js'

/**
 * The child's stdout or stderr, from which nothing was read yet; null if it is no pipe. {@link reserve} it then.
 *
 * @throws it is somebody else's
 */
export function unread(pipes: Pipes, fd: 1 | 2, reader: Reader): Readable | null {
  const name = fd === 1 ? 'stdout' : 'stderr'
  if (pipes.wasTaken(fd))
    throw invalidState(
      `${reader} needs ${name}, which was taken before, by take*() or by another handle: read it there`,
    )
  const stream = pipes.get(fd) as Readable | null
  if (stream === null) return null
  const other = ownPipes.get(stream)?.reader
  if (other) throw invalidState(`${reader} needs ${name}, which ${other} reads since it was called before`)
  if (isUsed(stream)) {
    throw invalidState(
      `${reader} reads ${name} from its beginning to its end, but it was read, listened to or destroyed before. ` +
        `Call ${reader} first and leave the stream alone, or read all of it yourself and wait() for the child's exit`,
    )
  }
  return stream
}

export function reserve(stream: Readable | null, reader: Reader): void {
  const own = stream === null ? undefined : ownPipes.get(stream)
  if (own !== undefined) own.reader = reader
}

/** Whether somebody has read it, or is about to. One that has ended without a byte is still complete. */
function isUsed(stream: Readable): boolean {
  if (stream.readableDidRead || stream.readableEncoding !== null) return true
  if (stream.destroyed) return !stream.readableEnded
  return stream.readableFlowing === true || stream.listenerCount('data') + stream.listenerCount('readable') > 0
}
