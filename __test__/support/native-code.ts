import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { ExecutionContext } from 'ava'
import { temporaryDirectory } from './files.js'
import { emulated, missing, notLinux } from './skip.js'

export const noCompiler =
  notLinux || missing('cc') || emulated('qemu', 'its cc compiles for the processor that it runs on itself')

/** Compiles C code to a library that process.dlopen and LD_PRELOAD can load, and returns its path. */
export function compileLibrary(t: ExecutionContext, code: string): string {
  const directory = temporaryDirectory(t)
  const file = path.join(directory, 'library.c')
  const library = path.join(directory, 'library.node')
  fs.writeFileSync(file, code)
  execFileSync('cc', ['-shared', '-fPIC', '-pthread', '-Wl,-z,nodelete', '-o', library, file])
  return library
}
