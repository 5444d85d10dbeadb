// How a child is ended, and what ends it by itself.

const SIGTERM = 15

export interface Ending {
  /** The signal that asks the child to end. */
  readonly signal: number
  /** How many milliseconds later it is killed; Infinity: never. */
  readonly grace: number
}

export const DEFAULT_ENDING: Ending = { signal: SIGTERM, grace: 5000 }

export interface Limits {
  readonly signal: AbortSignal | null
  /** Milliseconds; Infinity = none. */
  readonly timeout: number
}
