import { inspect } from 'node:util'
import { executes, forks, spawns, synchronous, type Case } from '../child-process-cases.js'
import { told } from '../told.js'
import { reached } from '../ways.js'

const all: Record<string, Record<string, Case>> = { spawn: spawns, exec: executes, sync: synchronous, fork: forks }

/** Reports what every case gave, by its name. */
async function main(): Promise<void> {
  const cp = await reached(process.argv.slice(2))
  const seen: Record<string, string> = {}
  for (const [group, cases] of Object.entries(all)) {
    for (const [name, run] of Object.entries(cases)) {
      // If the script hangs, stderr tells where.
      console.error(`${group}: ${name}`)
      seen[`${group}: ${name}`] = inspect(await told(() => run(cp)), { depth: null, sorted: true })
    }
  }
  process.stdout.write(JSON.stringify(seen))
}

void main()
