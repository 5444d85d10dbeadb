// npm run bench finds the peers that are installed, measures all rows and writes the report.
import { parseArgs } from 'node:util'
import { Bench } from './bench.js'
import { verdicts } from './goals.js'
import { compilePrograms, installedPeers, installPeers, versions } from './hosts.js'
import { isQuiet, lookAtMachine } from './machine.js'
import { peers, type PeerName } from './peers/index.js'
import { caseTables, verdictTable, writeReport } from './report.js'
import { rows } from './rows.js'

const names = rows.map(({ name }) => name).join(', ')

const help = `npm run bench -- [--quick] [--row NAME]... [--install-peers]

  --quick          a minute or two: to see that all works, not to believe the figures
  --row NAME       only this question: ${names}
  --install-peers  first get Bun and execa from the npm registry, into .cache/bench`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      row: { type: 'string', multiple: true, default: [] },
      'install-peers': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(help)
  const unknown = values.row.find((name) => !rows.some((row) => row.name === name))
  if (unknown !== undefined) throw new Error(`Expected a row (${names}), got '${unknown}'`)
  if (values['install-peers']) await installPeers()
  await compilePrograms()

  const able = installedPeers()
  const bench = new Bench(able, values.quick)
  const missing = (Object.keys(peers) as PeerName[]).filter((name) => !able.includes(name))
  for (const name of missing) bench.leaveOut(`${name} (not installed: npm run bench -- --install-peers)`)
  const machine = await lookAtMachine()
  if (!isQuiet(machine)) console.log('This machine is busy with something else: its figures are no base for a verdict.')
  const all = values.row.length === 0
  for (const row of rows) if (all || values.row.includes(row.name)) await bench.measure(row)

  const { findings, leftOut } = bench
  const judged = verdicts(findings)
  const files = writeReport({
    date: new Date().toISOString(),
    complete: all && !values.quick && missing.length === 0 && isQuiet(machine),
    machine,
    versions: await versions(able),
    leftOut: [...leftOut],
    verdicts: judged,
    findings,
  })
  console.log(caseTables(findings).join('\n'))
  console.log(`\nWhat must hold\n${verdictTable(judged)}\n`)
  for (const { what, goal, measured, missedBy } of judged) {
    if (missedBy !== undefined) console.log(`does not hold, by ${missedBy}: ${what}: ${measured}, goal ${goal}`)
  }
  console.log(files.join('\n'))
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
