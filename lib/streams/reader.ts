// Whether output() or lines() reads a stream from its beginning to its end. No other code may read it then: otherwise,
// what each of the two readers gets would depend on which comes first.
import type { Readable } from 'node:stream'
import { invalidState } from '../errors.js'
import type { Pipes, Reader } from './index.js'

/**
 * Checks that a stream can be read from its beginning. Call {@link reserve} afterwards.
 *
 * @throws if something else reads the child's stdout or stderr, or has read it
 */
export function requireUnread(pipes: Pipes, fd: 1 | 2, reader: Reader): void {
  const name = fd === 1 ? 'stdout' : 'stderr'
  const other = pipes.readers[fd]
  if (other) throw invalidState(`${reader} needs ${name}, which ${other} reads since it was called before`)
  if (pipes.wasTaken(fd))
    throw invalidState(
      `${reader} needs ${name}, which was taken before, by take*() or by another handle: read it there`,
    )
  const stream = pipes.peek(fd) as Readable | null | undefined
  if (stream && isUsed(stream)) {
    throw invalidState(
      `${reader} reads ${name} from its beginning to its end, but it was read, listened to or destroyed before. ` +
        `Call ${reader} first and leave the stream alone, or read all of it yourself and wait() for the child's exit`,
    )
  }
}

export function reserve(pipes: Pipes, fd: 1 | 2, reader: Reader): void {
  pipes.readers[fd] = reader
}

/** Whether somebody has read the stream, or is about to. A stream that has ended without a byte counts as unread. */
function isUsed(stream: Readable): boolean {
  if (stream.readableDidRead || stream.readableEncoding !== null) return true
  if (stream.destroyed) return !stream.readableEnded
  return stream.readableFlowing === true || stream.listenerCount('data') + stream.listenerCount('readable') > 0
}
