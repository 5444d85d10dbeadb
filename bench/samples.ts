/** The samples of one subject in one round, by metric. */
export type Samples = Record<string, number[]>

/** Thrown for something that this peer, or this machine, cannot do: the bench leaves it out and says why. */
export class Unavailable extends Error {}
