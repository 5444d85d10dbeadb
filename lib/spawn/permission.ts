// The permission models of Node (https://nodejs.org/api/permissions.html) and Deno (https://docs.deno.com/runtime/fundamentals/security/).
// Neither knows of children that an addon starts, so both are asked here, at each call: a program may drop permissions while it runs.
import { resolve as resolvePath } from 'node:path'
import { permission } from 'node:process'
import { accessDenied, notCapable } from '../errors.js'
import { pathOf, variable } from './environment.js'
import type { Plan } from './plan.js'

/** What is used of Deno's own API. */
interface Deno {
  readonly permissions: { requestSync(wanted: { name: 'run'; command?: string }): { readonly state: string } }
  readonly errors: { readonly NotCapable: new (message: string) => Error }
}

const { Deno: deno } = globalThis as { Deno?: Deno }

export function requirePermission(plan: Plan): void {
  // There is none without `--permission`.
  const model: typeof permission | undefined = permission
  if (model !== undefined && !model.has('child')) throw accessDenied(plan.spawnfile)
  if (deno !== undefined) requireRunPermission(deno, plan)
}

/** As Deno.Command does it: at a terminal it asks the user, unless `--no-prompt` is given. */
function requireRunPermission({ permissions, errors }: Deno, { spawnfile, cwd, env }: Plan): void {
  const command = commandOf(spawnfile, cwd, env)
  if (permissions.requestSync(command === undefined ? { name: 'run' } : { name: 'run', command }).state === 'granted')
    return
  throw notCapable(errors.NotCapable, spawnfile, command === undefined)
}

/** The program that has to be allowed by itself; undefined where the permission for all programs is needed. */
function commandOf(spawnfile: string, cwd: string | null, env: string | null): string | undefined {
  // These make any program run other code (ld.so(8), dyld(1)); Deno wants the permission for all programs then, too.
  if (env?.split('\0').some((entry) => /^(?:LD|DYLD)_/.test(entry))) return undefined
  if (/[/\\]/.test(spawnfile)) return resolvePath(cwd ?? '', spawnfile)
  // Deno would look the name up in the PATH of this process, and not in the child's.
  return pathOf(env) === variable('PATH') ? spawnfile : undefined
}
