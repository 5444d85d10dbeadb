// options.stdio, as the list of numbers that the native side takes: one of our fds, or one of these.
import { invalidArgValue } from '../errors.js'

const IGNORE = -1
const PIPE = -2

export function stdioOf(stdio: unknown): number[] {
  if (stdio === undefined || stdio === null) return [PIPE, PIPE, PIPE]
  const list: readonly unknown[] = Array.isArray(stdio) ? stdio : [stdio, stdio, stdio]
  const fds: number[] = []
  for (let fd = 0; fd < Math.max(list.length, 3); fd++) fds.push(target(list[fd], fd))
  return fds
}

function target(entry: unknown, fd: number): number {
  if (entry === 'pipe') return PIPE
  if (entry === 'ignore') return IGNORE
  if (entry === 'inherit') return fd
  if (entry === undefined || entry === null) return fd < 3 ? PIPE : IGNORE
  const ours = fdOf(entry)
  if (ours === null)
    throw invalidArgValue(
      `options.stdio[${fd}]`,
      "must be 'pipe', 'inherit', 'ignore', a file descriptor or an object that has one",
      entry,
    )
  return ours
}

/**
 * A number, an object with an fd (FileHandle, open fs stream, process.stdout), or one with a handle that has one
 * (net.Socket).
 */
function fdOf(entry: unknown): number | null {
  if (typeof entry === 'number') return isFd(entry) ? entry : null
  if (typeof entry !== 'object' || entry === null) return null
  const { fd, _handle } = entry as { fd?: unknown; _handle?: { fd?: unknown } | null }
  if (isFd(fd)) return fd
  const behind = _handle?.fd
  return isFd(behind) ? behind : null
}

function isFd(fd: unknown): fd is number {
  return typeof fd === 'number' && Number.isInteger(fd) && fd >= 0 && fd <= 0x7fff_ffff
}
