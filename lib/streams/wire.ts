// The bytes of a channel for messages. Unlike a stream it keeps nothing that it has read, so that what a child wrote
// before it closed its end is not lost when a write to it fails.

export interface Wire {
  /** Calls `done` once, later: with false if nobody reads at the other end any more. */
  write(bytes: Uint8Array, done: (written: boolean) => void): void
  /** Reads from now on. */
  read(): void
  pause(): void
  /** True: all that was written at the other end has been read. False: not so, or it cannot be told. */
  isExhausted(): boolean
  close(): void
}

export interface WireListener {
  /** Returns whether to go on reading. The bytes are good for the time of this call. */
  received(bytes: Buffer): boolean
  /** Nothing more can be read. It may be called more than once. */
  ended(): void
}

/** What one read takes, at most. */
export const READ_SIZE = 64 * 1024
