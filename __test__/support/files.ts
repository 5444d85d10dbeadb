import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { ExecutionContext } from 'ava'
import { isWindows } from './skip.js'
import { until } from './within.js'

/** An empty directory that is removed when the test ends. Its path holds no symlink. */
export function temporaryDirectory(t: ExecutionContext): string {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'shared-child-')))
  // Windows may hold the working directory of a process for a moment after its exit. (rmSync does not retry EBUSY.)
  t.teardown(() => until(`${directory} is deleted`, () => isDeleted(directory)))
  return directory
}

function isDeleted(directory: string): boolean {
  try {
    fs.rmSync(directory, { recursive: true, force: true })
    return true
  } catch (error) {
    if (isWindows) return false
    throw error
  }
}

/** Writes a program and returns its path. In serial tests only: a child that is forked meanwhile makes running it ETXTBSY. */
export function program(directory: string, name: string, text: string, mode = 0o755): string {
  const file = path.join(directory, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text, { mode })
  return file
}
