// run() does what spawn() and output() do together.
import type { Buffer } from 'node:buffer'
import { invalidArgValue } from './errors.js'
import { holding } from './events.js'
import type { Handle } from './handle.js'
import { collectAll, validated } from './output.js'
import type { Encoding } from './output.js'
import { ownOptions } from './own.js'
import type { Unchecked } from './own.js'
import { start } from './shared-child.js'
import { tellApart } from './spawn/arguments.js'
import { startsWithPipe } from './spawn/stdio.js'
import type { Output, OutputOptions, SpawnOptions } from './types.js'

/**
 * Runs a program, and resolves with its status and with what it printed. It does what spawn() and output() do together,
 * with `check` on by default:
 *
 *     const { stdout } = await run('git', ['status'])
 *
 * Rejects with a {@link CommandError} if the program does not succeed (with `check: false`, it resolves), and with what
 * spawn() and output() reject with. If an argument or option is invalid, nothing is started. Without `input`, stdin is
 * empty.
 */
export function run(
  file: string | URL,
  args: readonly string[] | null | undefined,
  options: SpawnOptions & OutputOptions & { encoding: 'buffer' },
): Promise<Output<Buffer>>
export function run(
  file: string | URL,
  args?: readonly string[] | null,
  options?: SpawnOptions & OutputOptions & { encoding?: BufferEncoding },
): Promise<Output<string>>
export function run(
  file: string | URL,
  options: SpawnOptions & OutputOptions & { encoding: 'buffer' },
): Promise<Output<Buffer>>
export function run(
  file: string | URL,
  options: SpawnOptions & OutputOptions & { encoding?: BufferEncoding },
): Promise<Output<string>>
export async function run(file: unknown, second?: unknown, third?: unknown): Promise<Output<string | Buffer>> {
  const { args, options } = tellApart(second, third)
  const given: Unchecked<SpawnOptions & OutputOptions & Encoding> = ownOptions('options', options)
  const { check, drainTimeout, encoding, input, maxBuffer, overflow, ...spawnOptions } = given
  const settings = validated({ check: check ?? true, drainTimeout, encoding, input, maxBuffer, overflow })
  if (input !== undefined && !startsWithPipe(spawnOptions.stdio))
    throw invalidArgValue('options.stdio', "must have a 'pipe' for options.input to go into", spawnOptions.stdio)
  return holding(started(file, args, spawnOptions).then((handle) => collectAll(handle, settings)))
}

async function started(file: unknown, args: unknown, options: unknown): Promise<Handle> {
  let handle: Handle | null = null
  await start(file, args, options, (its) => (handle = its))
  return handle!
}
