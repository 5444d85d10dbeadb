// The error with which run(), and output() with `check`, reject.
import type { Buffer } from 'node:buffer'
import { stripVTControlCharacters } from 'node:util'
import { commandLine, withoutControls } from './command-line.js'
import type { Limits } from './ending.js'
import type { ExitStatus } from './types.js'

/** The message contains at most so many of the last lines of stderr, and at most so many bytes of it. */
const LINES = 5
const BYTES = 2000

/** @internal A command that ran and did not succeed. */
export interface FailedCommand {
  readonly status: ExitStatus
  readonly stdout: string | Buffer
  readonly stderr: string | Buffer
  readonly spawnfile: string
  readonly spawnargs: readonly string[]
}

/**
 * The error with which run(), and output() with `check`, reject if a program ran and did not succeed. Its message
 * contains the command, how it ended, why this process ended it if it did (`timeout after 500 ms`, `abort`, ...), and
 * the last lines of stderr: `git push failed with exit code 128: fatal: No configured push destination.` The message is
 * safe to print, because control characters are escaped. If an AbortSignal ended the program, `cause` is the signal's
 * reason.
 *
 * If the program could not be started, the error is not a CommandError but what spawn() rejects with.
 */
export class CommandError extends Error {
  /** Identifies the error; unlike `instanceof`, it also works for errors from other realms. */
  readonly code = 'ERR_COMMAND_FAILED'
  /** How the child ended; if this process ended it, `status.cause` says why. */
  readonly status: ExitStatus
  /** Everything that was collected from stdout, as output() would have returned it. */
  readonly stdout: string | Buffer
  /** Everything that was collected from stderr, as output() would have returned it. */
  readonly stderr: string | Buffer
  /** The program that was started. */
  readonly spawnfile: string
  /** The program's arguments, including `argv[0]`. */
  readonly spawnargs: readonly string[]
  /**
   * The command as one would type it: arguments are quoted where necessary, and control characters are escaped. It is
   * meant to be read by people, not to be run.
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
