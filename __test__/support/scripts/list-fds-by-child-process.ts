import { fdsIn, LIST_FDS } from '../list-fds.js'
import { reached } from '../ways.js'

async function main(): Promise<void> {
  const { spawn, spawnSync } = await reached(process.argv.slice(2))
  const sync = fdsIn(spawnSync(...LIST_FDS, { encoding: 'utf8' }).stdout)
  const child = spawn(...LIST_FDS, { stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout) text += String(chunk)
  process.stdout.write(JSON.stringify({ sync, plain: fdsIn(text) }))
}

void main()
