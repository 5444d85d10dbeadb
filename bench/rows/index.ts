// Table of contents: the questions, in the order of the report.
import { busyPool } from './busy-pool.js'
import { control } from './control.js'
import { exitLatency } from './exit-latency.js'
import { liveChildren } from './live-children.js'
import { output } from './output.js'
import { packageRow } from './package.js'
import type { Row } from './row.js'
import { spawnCost } from './spawn-cost.js'
import { stdio } from './stdio.js'
import { syncCalls } from './sync-calls.js'
import { throughput } from './throughput.js'

export const rows: readonly Row[] = [
  spawnCost,
  throughput,
  liveChildren,
  exitLatency,
  syncCalls,
  stdio,
  output,
  control,
  busyPool,
  packageRow,
]
