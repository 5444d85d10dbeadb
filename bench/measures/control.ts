// What it costs to own what a child starts: from the call to the exit, one child after the other.
import type { Peer, RunOptions } from '../peers/peer.js'
import { now } from './clock.js'
import type { Samples } from './samples.js'

export const kinds = {
  plain: {},
  group: { group: true },
  'group and killOnParentExit': { group: true, killOnParentExit: true },
} satisfies Record<string, RunOptions>

export type Kind = keyof typeof kinds

export async function control(peer: Peer, { kind, count }: { kind: Kind; count: number }): Promise<Samples> {
  const options: RunOptions = { stdio: 'ignore', ...kinds[kind] }
  const time: number[] = []
  for (let i = 0; i < count; i++) {
    const start = now()
    await peer.run('/bin/true', [], options)
    time.push(now() - start)
  }
  return { time }
}
