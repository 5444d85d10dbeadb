/** Says how a child ended, in a word or two. */
export function how(status: { code: number | null; signal: string | null } | null | undefined): string {
  if (status === null || status === undefined) return 'not ended'
  return status.signal ?? `exit code ${status.code}`
}

/** What `how` says about a child that this signal has ended. Windows has no signals: sending one ends the process with code 1. */
export const killedBy = (signal: string): string => (process.platform === 'win32' ? 'exit code 1' : signal)
