// Table of contents: what can be measured beside a peer, in its own process.
import type { Peer } from '../peers/peer.js'
import { busyPool } from './busy-pool.js'
import { startWatching, stopWatching } from './bystander.js'
import { calls } from './calls.js'
import { control } from './control.js'
import { disperse, footprint, gather, spawnInCrowd } from './crowd.js'
import { exitLatency } from './exit-latency.js'
import { output } from './output.js'
import type { Samples } from './samples.js'
import { spawnCost } from './spawn-cost.js'
import { download, echo, pingPong } from './stdio.js'
import { throughput } from './throughput.js'

export const measures = {
  spawnCost,
  throughput,
  startWatching,
  stopWatching,
  gather,
  disperse,
  footprint,
  spawnInCrowd,
  exitLatency,
  calls,
  download,
  echo,
  pingPong,
  output,
  control,
  busyPool,
} satisfies Record<string, (peer: Peer, params: never) => Promise<Samples>>

export type MeasureName = keyof typeof measures
/** What a measure wants to know besides the peer: nothing, or one object. */
export type ParamsOf<Name extends MeasureName> =
  Parameters<(typeof measures)[Name]> extends [Peer, infer Params] ? [Params] : []
