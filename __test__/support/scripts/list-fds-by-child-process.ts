import * as node from 'node:child_process'
import { spawn, spawnSync } from 'shared-child/child_process'

const LS = ['ls', ['/proc/self/fd']] as const

/** Among them the one through which `ls` reads the list: the lowest that was free. */
const numbers = (stdout: string): number[] =>
  stdout
    .trim()
    .split('\n')
    .map(Number)
    .toSorted((a, b) => a - b)

async function main(): Promise<void> {
  const nodes = numbers(node.execFileSync(...LS, { encoding: 'utf8' }))
  const sync = numbers(spawnSync(...LS, { encoding: 'utf8' }).stdout)
  const child = spawn(...LS, { stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout) text += String(chunk)
  process.stdout.write(JSON.stringify({ nodes, sync, plain: numbers(text) }))
}

void main()
