// Loads a library that takes something from the calling thread, after the threads that start programs exist. Reports
// what child_process' children and ours have, by the lines of their status that the second argument matches.
import { execFileSync } from 'node:child_process'
import { spawn, SharedChild } from 'shared-child'

const [library = '', lines = ''] = process.argv.slice(2)
const command = ['grep', ['-E', lines, '/proc/self/status']] as const

async function main(): Promise<void> {
  await Promise.all([1, 2, 3].map(async () => (await spawn('true', { stdio: 'ignore' })).wait()))
  process.dlopen({ exports: {} }, library)
  const [inBackground, here] = [await spawn(...command), SharedChild.spawnSync(...command)]
  console.log(
    JSON.stringify({
      expected: execFileSync(...command).toString(),
      seen: [(await inBackground.output()).stdout, (await here.output()).stdout],
    }),
  )
}

main().catch((error: unknown) => {
  // The library is not an addon, but its constructor has run.
  console.error(error)
  process.exitCode = 1
})
