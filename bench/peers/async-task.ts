// The design that the wrapper avoids: the same spawn, with the wait as a job for libuv's pool (an AsyncTask of napi-rs).
import { Events, type NativeChild } from 'shared-child/native'
import { version } from '../package-version.js'
import { Unavailable } from '../unavailable.js'
import type { Peer, RunOptions } from './peer.js'

const EVENT_WIDTH = 8
const SPAWNED = 0
const FAILED = 1

const requests = new Map<number, Request>()
let lastRequest = 0

interface Request {
  readonly resolve: (child: NativeChild) => void
  readonly reject: (error: Error) => void
}

const batch = new Float64Array(64 * EVENT_WIDTH)
const events = new Events(() => {
  let count
  do {
    count = events.drain(batch)
    for (let at = 0; at < count * EVENT_WIDTH; at += EVENT_WIDTH) settle(batch[at]!, batch[at + 1]!)
  } while (count * EVENT_WIDTH === batch.length)
})

/** Exits are told as well: they are of no interest to one who waits by AsyncTask. */
function settle(kind: number, request: number): void {
  if (kind !== SPAWNED && kind !== FAILED) return
  const { resolve, reject } = requests.get(request)!
  requests.delete(request)
  if (requests.size === 0) events.keepAlive(false)
  if (kind === SPAWNED) resolve(events.claim(request)!)
  else reject(new Error('not spawned'))
}

/** No flags, no other user, three fds that are ignored. */
const withoutPipes = Float64Array.of(0, -1, -1, -1, 3, -1, -1, -1)

function spawn(file: string, args: readonly string[], options: RunOptions): Promise<NativeChild> {
  return new Promise((resolve, reject) => {
    const request = ++lastRequest
    if (options.stdio !== 'ignore') throw new Unavailable('only children without pipes')
    events.spawn(request, withoutPipes, [file, ...args].join('\0'))
    if (requests.size === 0) events.keepAlive(true)
    requests.set(request, { resolve, reject })
  })
}

export const peer: Peer = {
  version,
  run: async (file, args, options) => (await spawn(file, args, options)).wait(),
  async start(file, args, options) {
    const child = await spawn(file, args, options)
    return { exited: child.wait(), kill: () => child.sendSignal(9) }
  },
  pipe: () => Promise.reject(new Unavailable('only children without pipes')),
  output: () => Promise.reject(new Unavailable('only children without pipes')),
}
