import fs from 'node:fs'
import path from 'node:path'
import test, { type ExecutionContext } from 'ava'

type Body = (t: ExecutionContext) => Promise<void> | void

/** Why this machine cannot run a test, or false when it can. */
export const notLinux = process.platform !== 'linux' && 'needs Linux'
export const notRoot = notLinux || (process.getuid?.() !== 0 && 'needs root')
export const isWindows = process.platform === 'win32' && 'needs Unix'

/** Why a test that needs these programs cannot run, or false. */
export function missing(...programs: readonly string[]): string | false {
  const places = (process.env['PATH'] ?? '').split(path.delimiter)
  const lacking = programs.filter((name) => !places.some((place) => fs.existsSync(path.join(place, name))))
  return lacking.length > 0 && `needs ${lacking.join(' and ')}`
}

/** Registers a test, or skips it with the reason in its title, where every reporter prints it. */
export function testUnless(reason: string | false, title: string, body: Body): void {
  if (reason === false) test.serial(title, body)
  else test.serial.skip(`${title} (skipped: ${reason})`, body)
}
