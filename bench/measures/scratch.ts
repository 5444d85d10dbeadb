// Makes a temporary folder for this process, which is deleted when the process ends.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined

export function scratch(name: string): string {
  if (folder === undefined) {
    const made = (folder = mkdtempSync(join(tmpdir(), 'shared-child-bench-')))
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
  }
  return join(folder, name)
}

export function makeFifo(): string {
  const path = scratch('fifo')
  execFileSync('mkfifo', [path])
  return path
}
