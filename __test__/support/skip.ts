import fs from 'node:fs'
import path from 'node:path'
import test, { type ExecutionContext } from 'ava'

type Body = (t: ExecutionContext) => Promise<void> | void

/** Says why this machine cannot run a test, or returns false. */
export const notLinux = process.platform !== 'linux' && 'needs Linux'
export const notRoot =
  notLinux ||
  (process.getuid?.() !== 0 && 'needs root') ||
  (!mayBecomeAnyone() && 'needs root outside of a user namespace')
export const isWindows = process.platform === 'win32' && 'needs Unix'
export const notWindows = process.platform !== 'win32' && 'needs Windows'

/** Root of a user namespace may have no other id to change to. */
function mayBecomeAnyone(): boolean {
  const [, , count] = fs.readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/)
  return Number(count) > 1
}

/** Says why a test cannot pass in the emulator in which this suite runs (scripts/test-platform.mjs names it), or returns false. */
export const emulated = (name: 'wine' | 'qemu', why: string): string | false =>
  process.env['SHARED_CHILD_TEST_ON'] === name && `${name}: ${why}`

/** Says why a test that needs these programs cannot run, or returns false. */
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
