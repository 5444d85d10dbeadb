// 'shared-child/register': replaces the functions of node:child_process with ours, in this thread, for CommonJS, ES modules and
// what Node itself loads later (cluster). Workers and forked children do this, too, because they inherit the flag.
import { syncBuiltinESMExports } from 'node:module'
import { emitWarning } from 'node:process'
import type * as Ours from './child_process.js'

const names = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'] as const
const REGISTERED = Symbol.for('shared-child.register')

function register(): void {
  const builtin = require('node:child_process') as Record<PropertyKey, unknown>
  if (Object.hasOwn(builtin['spawn'] as object, REGISTERED)) return
  const warn = (why: string): void => emitWarning(`shared-child/register changes nothing: ${why}`)
  let ours: typeof Ours
  try {
    ours = require('./child_process.js') as typeof Ours
  } catch (error) {
    warn((error as Error).message)
    return
  }
  if (ours.unavailable !== null) {
    warn(ours.unavailable)
    return
  }
  Object.defineProperty(ours.spawn, REGISTERED, { value: true })
  for (const name of names) builtin[name] = ours[name]
  syncBuiltinESMExports()
}

register()
