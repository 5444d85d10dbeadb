// Node's permission model: https://nodejs.org/api/permissions.html. It does not know of children that an addon starts.
import { permission } from 'node:process'
import { accessDenied } from '../errors.js'

/** Asked at each call, as a program may drop permissions while it runs. */
export function requirePermission(spawnfile: string): void {
  // There is none without `--permission`.
  const model: typeof permission | undefined = permission
  if (model !== undefined && !model.has('child')) throw accessDenied(spawnfile)
}
