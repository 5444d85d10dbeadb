// options.stdio, as the list of numbers that the native side takes: one of our fds, or one of these.
import { invalidArgValue } from '../errors.js'
import { elementsOf, memberOf } from '../own.js'

const IGNORE = -1
const PIPE = -2

export function stdioOf(stdio: unknown): number[] {
  if (stdio === undefined || stdio === null) return [PIPE, PIPE, PIPE]
  const list = Array.isArray(stdio) ? elementsOf(stdio) : [stdio, stdio, stdio]
  while (list.length < 3) list.push(undefined)
  return list.map(target)
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
  const fd = memberOf(entry, 'fd')
  if (isFd(fd)) return fd
  const handle = memberOf(entry, '_handle')
  const behind = typeof handle === 'object' && handle !== null ? memberOf(handle, 'fd') : null
  return isFd(behind) ? behind : null
}

function isFd(fd: unknown): fd is number {
  return typeof fd === 'number' && Number.isInteger(fd) && fd >= 0 && fd <= 0x7fff_ffff
}
