// What run(), and output() with `check`, reject with.
import type { Buffer } from 'node:buffer'
import { stripVTControlCharacters } from 'node:util'
import { commandLine, withoutControls } from './command-line.js'
import type { Limits } from './ending.js'
import type { ExitStatus } from './types.js'

/** How much of stderr a message has: what people read first. */
const LINES = 5
const BYTES = 2000

/** @internal A command that ran, and did not succeed. */
export interface FailedCommand {
  readonly status: ExitStatus
  readonly stdout: string | Buffer
  readonly stderr: string | Buffer
  readonly spawnfile: string
  readonly spawnargs: readonly string[]
}

/**
 * What run(), and output() with `check`, reject with when a program has run and did not succeed. The message has the
 * command, how it ended, why we ended it if we did (`timeout after 500 ms`, `abort`, ...), and the last lines of stderr:
 * `git push failed with exit code 128: fatal: No configured push destination.` It can be printed: control characters
 * are escaped. When an AbortSignal ended it, `cause` is the signal's reason.
 *
 * A program that could not be started is no CommandError, but what spawn() rejects with.
 */
export class CommandError extends Error {
  /** For checks that are to hold for errors of other realms, too. */
  readonly code = 'ERR_COMMAND_FAILED'
  /** How the child ended, and in `status.cause` why, if it was ended by this process. */
  readonly status: ExitStatus
  /** All that was collected, as output() would have given it. */
  readonly stdout: string | Buffer
  /** The same of stderr. */
  readonly stderr: string | Buffer
  /** The program. */
  readonly spawnfile: string
  /** Its arguments, `argv[0]` first. */
  readonly spawnargs: readonly string[]
  /**
   * The command as one would type it: arguments are quoted where that is needed, and control characters escaped. For
   * people to read, not to be run.
   */
  readonly command: string

  /** @internal */
  constructor(failed: FailedCommand, limits: Limits | null, stderr: Buffer) {
    const { status, spawnfile, spawnargs } = failed
    const command = commandLine(spawnfile, spawnargs.slice(1))
    const excerpt = lastLines(stderr)
    const message = `${command} failed with ${end(status)}${why(status, limits)}${excerpt && `: ${excerpt}`}`
    super(message, status.cause === 'abort' && limits?.signal ? { cause: limits.signal.reason } : undefined)
    this.status = status
    this.stdout = failed.stdout
    this.stderr = failed.stderr
    this.spawnfile = spawnfile
    this.spawnargs = spawnargs
    this.command = command
  }

  // On the prototype, so that the stack begins with it.
  /** `'CommandError'` */
  override get name(): string {
    return 'CommandError'
  }
}

const end = ({ code, signal }: ExitStatus): string => (signal === null ? `exit code ${code}` : `signal ${signal}`)

function why({ cause }: ExitStatus, limits: Limits | null): string {
  if (cause === null) return ''
  // Who has attached a child does not know its limits.
  return cause === 'timeout' && limits !== null ? ` (timeout after ${limits.timeout} ms)` : ` (${cause})`
}

function lastLines(stderr: Buffer): string {
  // The cut may be within a character.
  const text = stderr.toString('utf8', Math.max(0, stderr.length - BYTES)).replace(/^\uFFFD+/, '')
  const lines = stripVTControlCharacters(text).trimEnd().split(/\r?\n/).slice(-LINES)
  return withoutControls(lines.join('\n'), '\n\t').trimStart()
}
