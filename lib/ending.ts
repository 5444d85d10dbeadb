// How a child is ended, and the limits that end it without a further call.

const SIGTERM = 15

export interface Ending {
  /** The signal that asks the child to end. */
  readonly signal: number
  /** How many milliseconds later the child is killed; Infinity: never. */
  readonly grace: number
}

export const DEFAULT_ENDING: Ending = { signal: SIGTERM, grace: 5000 }

export interface Limits {
  readonly signal: AbortSignal | null
  /** Milliseconds; Infinity = none. */
  readonly timeout: number
}
