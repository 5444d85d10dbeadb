// What collects the output of a child, by whichever way.
import type { Buffer } from 'node:buffer'

export interface Limit {
  readonly bytes: number
  /** What becomes of more: the reading ends ('kill', and `exceeded` is called), or the first or last bytes are kept. */
  readonly overflow: 'kill' | 'head' | 'tail'
  exceeded(): void
}

export interface Collector {
  /** Resolves when there is nothing more to come. */
  readonly done: Promise<void>
  /** Whether the end of file was read. */
  ended(): boolean
  /** Whether there was more than the limit allows to keep. */
  truncated(): boolean
  /** Reads no further, and closes the pipe. */
  stop(): void
  bytes(): Buffer
}
