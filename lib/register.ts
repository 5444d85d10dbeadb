// 'shared-child/register': replaces the functions of node:child_process with ours, in this thread, for CommonJS, ES modules and
// what Node itself loads later (cluster). Workers and forked children do this, too, because they inherit the flag.
import { syncBuiltinESMExports } from 'node:module'
import { emitWarning, env, execArgv } from 'node:process'
import { pathToFileURL } from 'node:url'
import type * as Ours from './child_process.js'

const names = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'] as const
const REGISTERED = Symbol.for('shared-child.register')
const NAME = 'shared-child/register'
const IN_OPTIONS = new RegExp(`((?:^|\\s)(?:-r|--require|--import)[ =]+)(?:${NAME}|"${NAME}")(?!\\S)`, 'g')

/**
 * Node looks for the package from the working directory, and children may start in another one, from which it cannot be
 * found. So the flags that they inherit, from process.execArgv or NODE_OPTIONS, get the path of this file.
 */
function nameThisFile(): void {
  const placeFor = (flag: string): string => (flag.includes('--import') ? pathToFileURL(__filename).href : __filename)
  execArgv.forEach((word, i) => {
    if (word === NAME) execArgv[i] = placeFor(execArgv[i - 1] ?? '')
    else if (word.endsWith(`=${NAME}`)) execArgv[i] = word.slice(0, -NAME.length) + placeFor(word)
  })
  const options = env['NODE_OPTIONS']
  if (!options?.includes(NAME)) return
  env['NODE_OPTIONS'] = options.replace(IN_OPTIONS, (_, flag: string) => flag + JSON.stringify(placeFor(flag)))
}

function register(): void {
  const builtin = require('node:child_process') as Record<PropertyKey, unknown>
  if (Object.hasOwn(builtin['spawn'] as object, REGISTERED)) return
  nameThisFile()
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
