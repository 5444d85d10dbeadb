import fs from 'node:fs'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { spawn } from 'shared-child'

/** Run with fds 0, 1 and 2 closed: the package's own fds must not be mistaken for the child's. */
async function main(): Promise<void> {
  const child = await spawn('sh', ['-c', 'cat; echo err >&2; echo three >&3'], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  })
  const third = text(child.stdio[3] as Readable)
  const { stdout, stderr, status } = await child.output({ input: 'in\n' })
  const extra = await third
  fs.writeFileSync(process.argv[2] ?? '', JSON.stringify({ stdout, stderr, code: status.code, extra }))
}

void main()
