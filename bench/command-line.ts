// npm run bench -- [--quick] [--row NAME]... [--install-peers]
import { parseArgs } from 'node:util'
import { rows } from './rows/index.js'

export interface Command {
  readonly quick: boolean
  /** Names of rows; none: all. */
  readonly row: readonly string[]
  readonly installPeers: boolean
}

const help = `npm run bench -- [--quick] [--row NAME]... [--install-peers]

  --quick          under a minute: to see that all works, not to believe the figures
  --row NAME       only this question: ${rows.map(({ name }) => name).join(', ')}
  --install-peers  first get Node 26, Bun and execa from the npm registry, into .cache/bench`

/** Undefined: there is nothing more to do. */
export function readCommandLine(): Command | undefined {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      row: { type: 'string', multiple: true, default: [] },
      'install-peers': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const unknown = values.row.find((name) => !rows.some((row) => row.name === name))
  if (unknown !== undefined)
    throw new Error(`Expected a row (${rows.map(({ name }) => name).join(', ')}), got '${unknown}'`)
  if (values.help) {
    console.log(help)
    return undefined
  }
  return { quick: values.quick, row: values.row, installPeers: values['install-peers'] }
}
