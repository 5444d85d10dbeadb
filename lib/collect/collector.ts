// The interface of whatever collects the output of a child.
import type { Buffer } from 'node:buffer'

export interface Limit {
  readonly bytes: number
  /** What to do with more bytes: stop reading and call `exceeded` ('kill'), or keep the first or last bytes. */
  readonly overflow: 'kill' | 'head' | 'tail'
  exceeded(): void
}

export interface Collector {
  /** Resolves when nothing more will come. */
  readonly done: Promise<void>
  /** Whether the end of file was read. */
  ended(): boolean
  /** Whether there was more than the limit allows. */
  truncated(): boolean
  /** Stops reading, and closes the pipe. */
  stop(): void
  bytes(): Buffer
}
