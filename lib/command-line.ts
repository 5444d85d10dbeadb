// Formats a command as one would type it, for people to read in messages and logs. Nothing in it may control a
// terminal.
import { platform } from 'node:process'

/**
 * Created at the first use: literals with Unicode classes take a sixth of the time in which this package is parsed.
 */
class Patterns {
  /** Characters that have no special meaning in any shell. */
  readonly plain = new RegExp(String.raw`^[\p{L}\p{N}_@%+=:,./-]+$`, 'u')
  readonly plainOnWindows = new RegExp(String.raw`^[\p{L}\p{N}_@+=:,./\\-]+$`, 'u')
  /** Control characters, and those that change the direction or the lines of a text. */
  readonly control = new RegExp(String.raw`[\p{Cc}\u2028-\u202e\u2066-\u2069]`, 'gu')
}

let made: Patterns | undefined
const patterns = (): Patterns => (made ??= new Patterns())

const SHORT: Partial<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escaped(character: string): string {
  const code = character.charCodeAt(0)
  return SHORT[character] ?? (code < 0x80 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`)
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0')

/** Replaces control characters with escapes, except for those in `kept`. */
export function withoutControls(text: string, kept = ''): string {
  return text.replace(patterns().control, (character) => (kept.includes(character) ? character : escaped(character)))
}

export function commandLine(file: string, args: readonly string[]): string {
  return [file, ...args].map(platform === 'win32' ? quotedOnWindows : quoted).join(' ')
}

/**
 * Quotes for sh. If there are control characters, it needs a shell that knows $'..' (POSIX.1-2024: bash, zsh, ksh).
 */
function quoted(arg: string): string {
  if (patterns().plain.test(arg)) return arg
  if (arg.search(patterns().control) < 0) return `'${arg.replaceAll("'", "'\\''")}'`
  return `$'${withoutControls(arg.replaceAll(/['\\]/g, '\\$&'))}'`
}

/** Quotes by the rules of the C library: a backslash is literal unless it precedes a quotation mark. */
function quotedOnWindows(arg: string): string {
  if (patterns().plainOnWindows.test(arg)) return arg
  return `"${withoutControls(arg.replaceAll(/(\\*)("|$)/g, (_, slashes, end) => `${slashes}${slashes}${end && '\\"'}`))}"`
}
