import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** The C sources stay where they are: tsc copies none. */
const sources = path.resolve('__test__', 'long', 'c')

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'shared-child-long-'))
process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }))

/** A directory for this run, removed at its end. It is readable for other users, too. */
export const scratch = (name: string): string => {
  fs.chmodSync(directory, 0o755)
  return path.join(directory, name)
}

/** Compiles c/NAME.c to a program. */
export function compileProgram(name: string): string {
  const file = scratch(name)
  execFileSync('cc', ['-O1', '-pthread', '-static', '-o', file, path.join(sources, `${name}.c`)])
  return file
}

/** Compiles c/NAME.c to a library that acts when it is loaded. */
export function compileLibrary(name: string): string {
  const file = scratch(`${name}.node`)
  const flags = ['-O1', '-shared', '-fPIC', '-pthread', '-Wl,-z,nodelete']
  execFileSync('cc', [...flags, '-o', file, path.join(sources, `${name}.c`)])
  return file
}

/** Loads the library. It is not an addon, so Node throws, but its constructor has run. */
export function load(library: string): void {
  try {
    process.dlopen({ exports: {} }, library)
  } catch (error) {
    if (!String(error).includes('self-register')) throw error
  }
}
