// A folder of this process's own, gone when it ends.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined

export function scratch(name: string): string {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'shared-child-bench-'))
    const made = folder
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
  }
  return join(folder, name)
}

let fifos = 0

export function makeFifo(): string {
  const path = scratch(`fifo-${++fifos}`)
  execFileSync('mkfifo', [path])
  return path
}
