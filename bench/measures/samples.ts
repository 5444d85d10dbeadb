/** What one subject gave in one round: samples, by metric. */
export type Samples = Record<string, number[]>

/** What this peer, or this machine, cannot do: the bench leaves it out and says why. */
export class Unavailable extends Error {}
