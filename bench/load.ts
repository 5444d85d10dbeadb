// How long a module takes to load in a new process: node build/bench/load.js MODULE
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'

async function main(name: string): Promise<void> {
  const start = performance.now()
  // The package by require(), as most of its users load it; execa is an ES module only.
  if (isAbsolute(name)) await import(pathToFileURL(name).href)
  else require(name)
  const time = performance.now() - start
  process.stdout.write(`${JSON.stringify({ load: [time] })}\n`)
}

void main(process.argv[2]!)
