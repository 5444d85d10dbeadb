// A child with Node streams, as a Piped.
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { Piped } from './peer.js'

export function pipedByStreams(stdin: Writable, stdout: Readable, exited: Promise<unknown>): Piped {
  return {
    read(onChunk) {
      stdout.on('data', onChunk)
      return once(stdout, 'end')
    },
    write: (chunk) => (stdin.write(chunk) ? undefined : once(stdin, 'drain')),
    end: () => void stdin.end(),
    exited,
  }
}
