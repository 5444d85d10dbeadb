// Spawns with two copies of the package, each of which replaces process.chdir while its spawns are in progress. Reports
// how deep the calls are in the end, and at the beginning.
import { createRequire } from 'node:module'
import type * as sharedChild from 'shared-child'

type Package = typeof sharedChild

const load = createRequire(__filename)

function freshCopy(): Package {
  const { cache } = load
  for (const file of Object.keys(cache)) if (!file.endsWith('.node')) delete cache[file]
  return load('shared-child') as Package
}

/** How many functions a call of process.chdir passes through. */
function depth(): number {
  try {
    process.chdir('/no/such/directory')
    return 0
  } catch (error) {
    return (error as Error).stack!.split('\n').length
  }
}

async function round(first: Package, second: Package): Promise<void> {
  const children = [first.spawn('true', { stdio: 'ignore' }), second.spawn('true', { stdio: 'ignore' })]
  for (const child of children) await (await child).wait()
}

async function run(): Promise<void> {
  Error.stackTraceLimit = Infinity
  const [first, second] = [freshCopy(), freshCopy()]
  await round(first, second)
  const before = depth()
  for (let index = 0; index < 50; index++) await round(first, second)
  console.log(JSON.stringify({ differ: first !== second, before, after: depth() }))
}

void run()
