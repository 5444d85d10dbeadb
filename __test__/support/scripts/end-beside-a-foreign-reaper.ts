import { once } from 'node:events'
import { spawn } from 'shared-child/child_process'

/** Loads a library that takes the status of every child it can get, and reports the arguments of 'exit'. */
async function main(): Promise<void> {
  try {
    process.dlopen({ exports: {} }, process.argv[2]!)
  } catch {
    // It is no addon, but it has been loaded, and its constructor has run.
  }
  const ends: unknown[] = []
  for (let i = 0; i < 20; i++) ends.push(await once(spawn('sh', ['-c', 'exit 42'], { stdio: 'ignore' }), 'exit'))
  process.stdout.write(JSON.stringify(ends), () => process.exit(0))
}

void main()
