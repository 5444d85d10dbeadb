// npm run bench: who is there, all rows, the report.
import { Bench } from './bench.js'
import { readCommandLine } from './command-line.js'
import { verdicts } from './goals.js'
import { installedPeers, installPeers } from './install.js'
import { isQuiet, lookAtMachine } from './machine.js'
import { compilePrograms, compileRust } from './native.js'
import { progress } from './progress.js'
import { writeReport } from './report/index.js'
import { caseTable, verdictTable } from './report/markdown.js'
import { grouped } from './results.js'
import { rows } from './rows/index.js'
import { versions } from './versions.js'

async function main(): Promise<void> {
  const command = readCommandLine()
  if (command === undefined) return
  if (command.installPeers) await installPeers()
  await compilePrograms()

  const missing: string[] = []
  const peers = installedPeers((what) => missing.push(what))
  const rust = await compileRust().then(
    () => true,
    (error: unknown) => (missing.push(`the peers in Rust (${String(error)})`), false),
  )
  const bench = new Bench(peers, { quick: command.quick, rust })
  for (const what of missing) bench.leaveOut(what)

  const machine = await lookAtMachine()
  console.log(machine)
  if (!isQuiet(machine)) console.log('This machine is busy with something else: its figures are no base for a verdict.')
  const all = command.row.length === 0
  for (const row of rows) {
    if (all || command.row.includes(row.name)) await row.measure(bench)
  }
  progress.end()

  const files = writeReport({
    date: new Date().toISOString(),
    complete: all && !command.quick && missing.length === 0 && isQuiet(machine),
    machine,
    versions: await versions(peers),
    leftOut: [...bench.leftOut],
    verdicts: verdicts(bench.findings),
    findings: bench.findings,
  })
  for (const [name, findings] of grouped(bench.findings, (finding) => `${finding.row}: ${finding.case}`)) {
    console.log(`\n${name}\n${caseTable(findings)}`)
  }
  console.log(`\nWhat must hold\n${verdictTable(verdicts(bench.findings))}\n\n${files.join('\n')}`)
}

main().catch((error: unknown) => {
  progress.end()
  console.error(error)
  process.exitCode = 1
})
