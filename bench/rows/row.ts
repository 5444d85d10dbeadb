import type { Bench } from '../bench.js'

/** One question to the bench, with all its cases. */
export interface Row {
  readonly name: string
  /** The question, in the words of a reader of the report. */
  readonly about: string
  measure(bench: Bench): Promise<void>
}
