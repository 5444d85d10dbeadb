import test from 'ava'
import { start } from './support/children.js'
import { nodeExit } from './support/node-child.js'
import { textOf } from './support/text.js'

const environments: Record<string, Record<string, string | undefined>> = {
  empty: {},
  'one value': { ONLY: 'this' },
  'undefined left out': { GONE: undefined, KEPT: 'yes' },
  'nothing but undefined': { GONE: undefined },
  'an empty value': { EMPTY: '' },
}

for (const [name, env] of Object.entries(environments)) {
  test(`${name}: as child_process gives it`, async (t) => {
    const child = await start(t, 'env', ['-0'], { env })
    const ours = await textOf(child.stdout)
    t.is(ours, (await nodeExit('env', ['-0'], { env })).stdout)
    // On Windows, child_process adds the variables that no program can do without.
    if (process.platform === 'win32') return
    t.is(
      ours,
      Object.entries(env)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => `${key}=${value}\0`)
        .join(''),
    )
  })
}
