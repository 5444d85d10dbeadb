/** What one subject gave in one round: samples, by metric. */
export type Samples = Record<string, number[]>
