import * as nodes from 'node:child_process'
import * as ours from 'shared-child/child_process'
import { executes, forks, spawns, synchronous, type Case } from './support/child-process-cases.js'
import { isWindows, testUnless } from './support/skip.js'
import { told } from './support/told.js'

const all: Record<string, Record<string, Case>> = { spawn: spawns, exec: executes, sync: synchronous, fork: forks }

for (const [group, cases] of Object.entries(all)) {
  for (const [name, run] of Object.entries(cases)) {
    testUnless(isWindows, `${group}: ${name}`, async (t) => {
      t.deepEqual(await told(() => run(ours)), await told(() => run(nodes)))
    })
  }
}
