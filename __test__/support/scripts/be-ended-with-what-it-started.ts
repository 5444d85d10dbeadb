// Starts a child that starts one of its own, prints their pids, and waits to be ended. Its argument is what spawn() gets.
import { writeSync } from 'node:fs'
import { argv, execPath } from 'node:process'
import { SharedChild, type SpawnOptions } from 'shared-child'
import { scriptOfATree } from '../tree.js'

const child = SharedChild.spawnSync(execPath, ['-e', scriptOfATree], {
  ...(JSON.parse(argv[2]!) as SpawnOptions),
  stdio: ['pipe', 'pipe', 'ignore'],
})
child.stdout!.once('data', (pids: Buffer) => writeSync(1, pids))
