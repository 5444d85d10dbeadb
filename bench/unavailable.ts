/** What this peer, or this machine, cannot do: the bench leaves it out and says why. */
export class Unavailable extends Error {}
