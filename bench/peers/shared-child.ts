// The package itself, as its users call it.
import type { Readable, Writable } from 'node:stream'
import { spawn } from 'shared-child'
import { version } from '../package-version.js'
import type { Peer } from './peer.js'
import { pipedByStreams } from './streams.js'

export const peer: Peer = {
  version,
  run: async (file, args, options) => (await spawn(file, args, options)).wait(),
  async start(file, args, options) {
    const child = await spawn(file, args, options)
    return {
      pid: child.pid,
      exited: child.wait(),
      kill: () => child.killSync(),
      send: (signal) => child.sendSignalSync(signal),
      poll: () => child.tryWaitSync(),
    }
  },
  async pipe(file, args) {
    const child = await spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    return pipedByStreams(child.stdin as Writable, child.stdout as Readable, child.wait())
  },
  async output(file, args) {
    const child = await spawn(file, args)
    return (await child.output({ encoding: 'buffer' })).stdout.length
  },
}
