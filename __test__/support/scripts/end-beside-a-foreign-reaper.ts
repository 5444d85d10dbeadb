import { once } from 'node:events'
import { reached } from '../ways.js'

/** Loads a library that takes the status of every child it can get, and reports the arguments of 'exit'. */
async function main(): Promise<void> {
  const [how, name, library] = process.argv.slice(2)
  const { spawn } = await reached([how!, name!])
  try {
    process.dlopen({ exports: {} }, library!)
  } catch {
    // It is no addon, but it has been loaded, and its constructor has run.
  }
  const ends: unknown[] = []
  for (let i = 0; i < 20; i++) ends.push(await once(spawn('sh', ['-c', 'exit 42'], { stdio: 'ignore' }), 'exit'))
  process.stdout.write(JSON.stringify(ends), () => process.exit(0))
}

void main()
