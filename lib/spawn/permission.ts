// The permission models of Node (https://nodejs.org/api/permissions.html) and Deno
// (https://docs.deno.com/runtime/fundamentals/security/). Neither knows about children that an addon starts, so both
// are asked here. They are asked at each call, because a program may drop permissions while it runs.
import { resolve as resolvePath } from 'node:path'
import { permission } from 'node:process'
import { accessDenied, notCapable } from '../errors.js'
import { pathOf, variable } from './environment.js'
import type { Plan } from './plan.js'

/** The part of Deno's own API that is used here. */
interface Deno {
  readonly permissions: { requestSync(wanted: { name: 'run'; command?: string }): { readonly state: string } }
  readonly errors: { readonly NotCapable: new (message: string) => Error }
}

const { Deno: deno } = globalThis as { Deno?: Deno }

export function requirePermission(plan: Plan): void {
  // Without `--permission`, this is undefined.
  const model: typeof permission | undefined = permission
  if (model !== undefined && !model.has('child')) throw accessDenied(plan.spawnfile)
  if (deno !== undefined) requireRunPermission(deno, plan)
}

/** Asks as Deno.Command does: at a terminal, Deno asks the user, unless `--no-prompt` is given. */
function requireRunPermission({ permissions, errors }: Deno, { spawnfile, cwd, env }: Plan): void {
  const command = commandOf(spawnfile, cwd, env)
  if (permissions.requestSync(command === undefined ? { name: 'run' } : { name: 'run', command }).state === 'granted')
    return
  throw notCapable(errors.NotCapable, spawnfile, command === undefined)
}

/** Returns the program that has to be allowed, or undefined if the permission for all programs is needed. */
function commandOf(spawnfile: string, cwd: string | null, env: string | null): string | undefined {
  // These can make any program run other code (ld.so(8), dyld(1)); Deno itself requires the permission for all programs
  // then.
  if (env?.split('\0').some((entry) => /^(?:LD|DYLD)_/.test(entry))) return undefined
  if (/[/\\]/.test(spawnfile)) return resolvePath(cwd ?? '', spawnfile)
  // Deno would look the name up in the PATH of this process, and not in the child's.
  return pathOf(env) === variable('PATH') ? spawnfile : undefined
}
