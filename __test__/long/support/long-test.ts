// The frame of a long test: a program that counts what it did, and ends with 1 when a promise was broken.
//   node build/__test__/long/NAME.js COUNT [VARIANT]
// scripts/test-long.mjs runs them all, each with a time limit of its own.

/** What was counted; printed as one line of JSON. */
export type Figures = Record<string, number | string | boolean>

export interface Run {
  /** How often to do it: few times in `npm test`, many in `npm run test:long`. */
  readonly count: number
  readonly variant: string | undefined
  /** Reports a broken promise. The first few are shown at once, in case the end is never reached. */
  readonly expect: (holds: boolean, what: string) => void
}

const SHOWN = 20

export function longTest(body: (run: Run) => Promise<Figures>): void {
  const [, , count = '10', variant] = process.argv
  let broken = 0
  const expect = (holds: boolean, what: string): void => {
    if (!holds && ++broken <= SHOWN) process.stderr.write(`broken: ${what}\n`)
  }
  let ended = false
  // Nothing left to wait for, and yet not at the end: something was lost.
  process.on('exit', () => {
    if (ended) return
    process.stderr.write('broken: the event loop ended with the test still waiting\n')
    process.exitCode = 1
  })
  const end = (figures: Figures): void => {
    ended = true
    if (broken > SHOWN) process.stderr.write(`and ${broken - SHOWN} more\n`)
    process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(broken > 0 ? 1 : 0))
  }
  body({ count: Number(count), variant, expect }).then(end, (error: unknown) => {
    expect(false, error instanceof Error ? (error.stack ?? error.message) : String(error))
    end({})
  })
}
