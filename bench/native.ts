// The programs of the bench that are not JavaScript: compiled at the first use, and started for each measurement.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Samples } from './measures/samples.js'
import { inCache, inRoot, program } from './places.js'

const run = promisify(execFile)

/** Children of the measured processes, and the C program that they are compared with. */
const sources = {
  pause: inRoot('bench', 'programs', 'pause.c'),
  'exit-when-told': inRoot('bench', 'programs', 'exit-when-told.c'),
  write: inRoot('bench', 'programs', 'write.c'),
  echo: inRoot('bench', 'programs', 'echo.c'),
  floor: inRoot('bench', 'floor.c'),
}

const isOlder = (file: string, source: string): boolean =>
  !existsSync(file) || statSync(file).mtimeMs < statSync(source).mtimeMs

/** Compiles what has changed with cc. Statically, where it can: a child's own start-up is nothing that we compare. */
export async function compilePrograms(): Promise<void> {
  mkdirSync(inCache('bin'), { recursive: true })
  for (const [name, source] of Object.entries(sources)) {
    if (!isOlder(program(name), source)) continue
    const args = ['-O2', '-Wall', '-pthread', source, '-o', program(name)]
    await run('cc', ['-static', ...args]).catch(() => run('cc', args))
  }
}

const rustTarget = inCache('rust')

/** A program of bench/rust, built. */
export const rustProgram = (name: string): string => join(rustTarget, 'release', name)

/** Builds bench/rust: the core alone, and the crate that it is a port of. */
export async function compileRust(): Promise<void> {
  const manifest = inRoot('bench', 'rust', 'Cargo.toml')
  await run('cargo', ['build', '--locked', '--release', '--manifest-path', manifest, '--target-dir', rustTarget])
}

async function samplesOf(file: string, args: readonly (string | number)[]): Promise<Samples> {
  const { stdout } = await run(file, args.map(String), { maxBuffer: 64 * 1024 * 1024 })
  return JSON.parse(stdout) as Samples
}

export const floor = (...args: (string | number)[]): Promise<Samples> => samplesOf(program('floor'), args)
export const rust = (...args: (string | number)[]): Promise<Samples> => samplesOf(rustProgram('host'), args)
