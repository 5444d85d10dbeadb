// execa, if `npm run bench -- --install-peers` has installed it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { inPeers } from '../places.js'
import { pipedByStreams, type Peer, type RunOptions } from './peer.js'

/** The part of execa that is used here, because its own types need a certain version of Node's types. */
interface Execa {
  execa: (file: string, args: readonly string[], options: object) => Promise<{ stdout: Uint8Array }> & Subprocess
}

interface Subprocess {
  readonly stdin: Writable
  readonly stdout: Readable
  kill(signal: string | number): boolean
}

/** execa adds `env` to the environment; the others replace the environment. */
const translate = (options: RunOptions): object => ({ ...options, extendEnv: options.env === undefined })

export async function load(): Promise<Peer> {
  const home = inPeers('execa')
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }
  const { execa } = (await import(pathToFileURL(join(home, 'index.js')).href)) as Execa
  return {
    version,
    run: (file, args, options) => execa(file, args, translate(options)),
    start(file, args, options) {
      const child = execa(file, args, { ...translate(options), reject: false })
      return Promise.resolve({
        exited: child,
        kill: () => child.kill('SIGKILL'),
        send: (signal: NodeJS.Signals) => child.kill(signal),
      })
    },
    pipe(file, args) {
      const child = execa(file, args, { stdio: ['pipe', 'pipe', 'ignore'], buffer: false })
      return Promise.resolve(pipedByStreams(child.stdin, child.stdout, child))
    },
    async output(file, args) {
      const { stdout } = await execa(file, args, { encoding: 'buffer' })
      return stdout.length
    },
  }
}
