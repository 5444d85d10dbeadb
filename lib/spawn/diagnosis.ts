// Explains an ENOENT: it says which file is missing if it is not the program itself.
import { Buffer } from 'node:buffer'
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { platform } from 'node:process'
import { inspect } from 'node:util'

/** The number of bytes of a script that execve(2) reads, since Linux 5.1; other systems read more. */
const FIRST_LINE = 256
/** How many scripts may be the interpreter of another script (BINPRM_MAX_RECURSION is 5, other systems allow one). */
const DEPTH = 5

/**
 * Completes "spawn x ENOENT: .."; returns null if there is nothing to add. It only looks at files, and never throws.
 */
export function whyMissing(program: string, cwd: string, path: string): string | null {
  try {
    const found = platform === 'win32' ? null : find(program, cwd, path)
    return found === null ? adviceOnBlanks(program) : missingInterpreter(found, cwd)
  } catch {
    return null
  }
}

/** Finds the file that would have run. */
function find(program: string, cwd: string, path: string): string | null {
  const candidates = program.includes('/') ? [''] : path.split(':')
  for (const folder of candidates) {
    const file = resolve(cwd, join(folder, program))
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file
  }
  return null
}

/** Follows the interpreters until one is missing. */
function missingInterpreter(program: string, cwd: string): string {
  let script = program
  for (let depth = 0; depth < DEPTH; depth++) {
    const interpreter = interpreterOf(script)
    if (interpreter === null) break
    const file = resolve(cwd, interpreter)
    if (!existsSync(file)) return `${inspect(script)} exists, but its interpreter ${inspect(interpreter)} does not`
    script = file
  }
  return `${inspect(script)} exists, but what it needs to run (its dynamic loader, say) does not`
}

/** Reads the interpreter from the line that begins with #!. The rest of that line is an argument. */
function interpreterOf(file: string): string | null {
  const fd = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(FIRST_LINE)
    const text = bytes.toString('utf8', 0, readSync(fd, bytes, 0, FIRST_LINE, 0))
    // A carriage return is part of the name; this is the usual mistake in scripts from Windows.
    return /^#![ \t]*([^ \t\n\0]+)/.exec(text)?.[1] ?? null
  } finally {
    closeSync(fd)
  }
}

function adviceOnBlanks(program: string): string | null {
  const [name = '', ...args] = program.trim().split(/\s+/)
  if (args.length === 0 || name === '') return null
  return `there is no program of that name. Arguments go into an array: spawn(${inspect(name)}, ${inspect(args)})`
}
