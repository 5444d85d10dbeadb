import * as node from 'node:child_process'
import { spawn, spawnSync } from 'shared-child/child_process'
import { fdsIn, LIST_FDS } from '../list-fds.js'

async function main(): Promise<void> {
  const nodes = fdsIn(node.execFileSync(...LIST_FDS, { encoding: 'utf8' }))
  const sync = fdsIn(spawnSync(...LIST_FDS, { encoding: 'utf8' }).stdout)
  const child = spawn(...LIST_FDS, { stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout) text += String(chunk)
  process.stdout.write(JSON.stringify({ nodes, sync, plain: fdsIn(text) }))
}

void main()
