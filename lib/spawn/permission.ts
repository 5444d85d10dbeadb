// Node's permission model: https://nodejs.org/api/permissions.html. It does not know of children that an addon starts.
import { accessDenied } from '../errors.js'

/** There is none without `--permission`. The types of Node 20 do not have it. */
interface PermissionModel {
  has(scope: string): boolean
}

/** Asked at each call, as a program may drop permissions while it runs. */
export function requirePermission(spawnfile: string): void {
  const { permission } = process as { permission?: PermissionModel }
  if (permission !== undefined && !permission.has('child')) throw accessDenied(spawnfile)
}
