import fs from 'node:fs'
import { createConnection } from 'node:net'

// libuv opens a spare fd together with its first stream (uv__stream_init). This makes it do so now, because otherwise it
// would look like a leak to code that counts fds before and after.
createConnection('/no/such/socket').on('error', () => {})

/** What /proc says about a process. */
export interface ProcessEntry {
  readonly pid: number
  /** 'R', 'S', 'T' (stopped), 'Z' (zombie), ... */
  readonly state: string
  readonly parent: number
  readonly session: number
}

/** The entry of `pid`, or null when there is no such process. */
export function processEntry(pid: number): ProcessEntry | null {
  let line
  try {
    line = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return null
  }
  // The name in the second field may itself hold spaces and brackets: count from its last bracket.
  const [state = '', parent, , session] = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return { pid, state, parent: Number(parent), session: Number(session) }
}

/** Whether the process has exited, even if nobody has reaped it. */
export function hasExited(pid: number): boolean {
  const state = processEntry(pid)?.state
  return state === undefined || state === 'Z' || state === 'X'
}

/** Every process, zombies included, whose parent is `parent`. */
export function childrenOf(parent: number = process.pid): ProcessEntry[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processEntry(Number(name)))
    .filter((entry) => entry !== null)
    .filter((entry) => entry.parent === parent)
}

/** Lists the fds of this process and what is behind each, without the one that reads the folder. */
export function openFds(): string[] {
  return fs
    .readdirSync('/proc/self/fd')
    .map((fd) => {
      try {
        return `${fd} ${fs.readlinkSync(`/proc/self/fd/${fd}`)}`
      } catch {
        return ''
      }
    })
    .filter((entry) => entry !== '')
}

/** One field of a /proc/<pid>/status text. */
export function statusField(status: string, name: string): string {
  return new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? `no ${name}`
}
