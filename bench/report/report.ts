// What a run has found.
import type { Verdict } from '../goals.js'
import type { Machine } from '../machine.js'
import type { Finding } from '../results.js'

export interface Report {
  readonly date: string
  /** The whole of it, by a machine that did nothing else: worth to be committed. */
  readonly complete: boolean
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly leftOut: readonly string[]
  readonly verdicts: readonly Verdict[]
  readonly findings: readonly Finding[]
}
