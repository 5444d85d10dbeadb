// Carries the bytes of a message channel. Unlike a stream, it does not buffer what it has read. So what a child wrote
// before it closed its end is not lost when a write to the child fails.

export interface Wire {
  /** Calls `done` once, later, with false if nobody reads at the other end any more. */
  write(bytes: Uint8Array, done: (written: boolean) => void): void
  /** Starts to read, or goes on reading after pause(). */
  read(): void
  pause(): void
  /** Whether everything that was written at the other end has been read. False also means that this is not known. */
  isExhausted(): boolean
  close(): void
}

export interface WireListener {
  /** Returns whether to go on reading. The bytes are valid only during this call. */
  received(bytes: Buffer): boolean
  /** Nothing more can be read. It may be called more than once. */
  ended(): void
}

/** The largest number of bytes that one read takes. */
export const READ_SIZE = 64 * 1024
