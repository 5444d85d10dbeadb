// Turns options.stdio into the numbers that the native side takes: fds of this process, or one of the constants below.
import { invalidArgValue, oneChannel } from '../errors.js'
import type { Serialization } from '../ipc/codec.js'
import { elementAt, elementsOf, memberOf } from '../own.js'
import { GivenStreams, isFd, isStream } from './given.js'

const IGNORE = -1
const PIPE = -2
const CHANNEL = -3
const ADVANCED_CHANNEL = -4
const STDOUT = -5

export interface StdioPlan {
  /** One number for each fd of the child. */
  readonly fds: number[]
  /** The streams among them, whose fds are known only after they have been taken; null if there are none. */
  readonly given: GivenStreams | null
  readonly channel: ChannelPlan | null
}

/** The child's fd that is a channel, and the format of its messages. */
export interface ChannelPlan {
  readonly fd: number
  readonly serialization: Serialization
}

export function stdioOf(stdio: unknown, serialization: Serialization): StdioPlan {
  if (stdio === undefined || stdio === null) return { fds: [PIPE, PIPE, PIPE], given: null, channel: null }
  const list = Array.isArray(stdio) ? elementsOf(stdio) : [stdio, stdio, stdio]
  const fds: number[] = []
  let given: GivenStreams | null = null
  let channel: ChannelPlan | null = null
  for (let fd = 0; fd < Math.max(list.length, 3); fd++) {
    const entry = list[fd]
    if (entry === 'stdout' && fd < 2) throw invalidArgValue(nameOf(fd), "can be 'stdout' from fd 2 on", entry)
    const known = target(entry, fd)
    if (entry === 'ipc') {
      if (channel !== null) throw oneChannel()
      channel = { fd, serialization }
      fds.push(serialization === 'json' ? CHANNEL : ADVANCED_CHANNEL)
    } else if (known !== null) fds.push(known)
    else if (isObject(entry) && isStream(entry) && (given ??= new GivenStreams()).add(entry, fd, nameOf(fd)))
      fds.push(IGNORE)
    else
      throw invalidArgValue(
        nameOf(fd),
        "must be 'pipe', 'inherit', 'ignore', 'stdout', 'ipc', a file descriptor or an object that has one",
        entry,
      )
  }
  return { fds, given, channel }
}

/** Whether the child's stdin is a pipe to which this process writes. */
export function startsWithPipe(stdio: unknown): boolean {
  const first = Array.isArray(stdio) ? elementAt(stdio, 0) : stdio
  return target(first, 0) === PIPE
}

const nameOf = (fd: number): string => `options.stdio[${fd}]`

/** Returns the number for an entry; null if it is a stream, or nothing that a child could have. */
function target(entry: unknown, fd: number): number | null {
  if (entry === 'pipe') return PIPE
  if (entry === 'ignore') return IGNORE
  if (entry === 'inherit') return fd
  if (entry === 'stdout') return STDOUT
  if (entry === undefined || entry === null) return fd < 3 ? PIPE : IGNORE
  if (isFd(entry)) return entry
  if (!isObject(entry) || isStream(entry)) return null
  return behind(entry)
}

/** Returns the fd of an object (a FileHandle), or the fd of its handle. */
function behind(entry: object): number | null {
  const fd = memberOf(entry, 'fd')
  if (isFd(fd)) return fd
  const handle = memberOf(entry, '_handle')
  const second = isObject(handle) ? memberOf(handle, 'fd') : null
  return isFd(second) ? second : null
}

function isObject(entry: unknown): entry is object {
  return typeof entry === 'object' && entry !== null
}
