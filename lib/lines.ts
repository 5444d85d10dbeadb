// lines() iterates over what a child writes, line by line.
import { Buffer } from 'node:buffer'
import type { Readable } from 'node:stream'
import { invalidArgType, invalidArgValue, invalidState } from './errors.js'
import type { Handle } from './handle.js'
import { optionsOfCall } from './near-misses.js'
import type { Unchecked } from './own.js'
import { requireUnread, reserve } from './streams/reader.js'
import type { LinesOptions } from './types.js'

/** @throws if the stream is not a pipe, or is read by other code */
export function lines({ pipes }: Handle, options: unknown): AsyncIterableIterator<string> {
  const given: Unchecked<LinesOptions> = optionsOfCall('lines()', ['encoding', 'from'], options)
  const { from = 'stdout', encoding = 'utf8' } = given
  if (from !== 'stdout' && from !== 'stderr')
    throw invalidArgValue('options.from', "must be 'stdout' or 'stderr'", from)
  if (typeof encoding !== 'string') throw invalidArgType('options.encoding', 'of type string', encoding)
  if (!Buffer.isEncoding(encoding)) throw invalidArgValue('options.encoding', 'must be an encoding', encoding)
  const fd = from === 'stdout' ? 1 : 2
  requireUnread(pipes, fd, 'lines()')
  const stream = pipes.get(fd) as Readable | null
  if (stream === null) throw invalidState(`lines() needs a ${from} that is a pipe`)
  reserve(pipes, fd, 'lines()')
  stream.setEncoding(encoding)
  return iterate(stream)
}

/** A generator that has not been started runs no code when it is closed, so its stream would never be read. */
function iterate(stream: Readable): AsyncIterableIterator<string> {
  const generator = linesOf(stream)
  let begun = false
  return {
    next() {
      begun = true
      return generator.next()
    },
    return(value?: unknown) {
      if (!begun) discard(stream)
      return generator.return(value)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

async function* linesOf(stream: Readable): AsyncGenerator<string, unknown, void> {
  let rest = ''
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
      const parts = chunk.split('\n')
      parts[0] = rest + parts[0]
      rest = parts.pop()!
      for (const line of parts) yield line.endsWith('\r') ? line.slice(0, -1) : line
    }
    if (rest !== '') yield rest
  } catch (error) {
    // The stream was destroyed, for example at the end of an `await using` block, so nothing more will come.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  } finally {
    discard(stream)
  }
  return undefined
}

/**
 * Goes on reading and discards the data, so that the child neither blocks at a full pipe nor dies of SIGPIPE when its
 * lines are no longer wanted. This does not keep the event loop alive.
 */
function discard(stream: Readable & { unref?(): unknown }): void {
  stream.on('error', () => {}).resume()
  stream.unref?.()
}
