// What one spawn costs its caller: the time of the call itself, and the CPU time of the JavaScript thread and of the
// whole process from the call to the exit's callback.
import { openSync } from 'node:fs'
import type { Peer, RunOptions } from '../peers/peer.js'
import { Unavailable } from '../unavailable.js'
import { now, processCpu, threadCpu } from './clock.js'
import type { Samples } from './samples.js'

const NOBODY = 65_534

/** Each kind of spawn that the kernel or a library might be slower at. */
const kinds = {
  plain: () => ({ stdio: 'ignore' }),
  pipes: () => ({ stdio: 'pipe' }),
  'cwd and env': () => ({
    stdio: 'ignore',
    cwd: '/tmp',
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', HOME: '/tmp' },
  }),
  '6 fds': () => ({ stdio: ['ignore', 'ignore', 'ignore', extraFd(), extraFd(), extraFd()] }),
  detached: () => ({ stdio: 'ignore', detached: true }),
  'uid and gid': () => ({ stdio: 'ignore', ...nobody() }),
} satisfies Record<string, () => RunOptions>

export type SpawnKind = keyof typeof kinds
export const spawnKinds = Object.keys(kinds) as SpawnKind[]

let fd: number | undefined
const extraFd = (): number => (fd ??= openSync('/dev/null', 'r+'))

function nobody(): RunOptions {
  if (process.getuid?.() !== 0) throw new Unavailable('only root may change the user')
  return { uid: NOBODY, gid: NOBODY }
}

export async function spawnCost(peer: Peer, { kind, count }: { kind: SpawnKind; count: number }): Promise<Samples> {
  const options: RunOptions = kinds[kind]()
  const run = (): Promise<unknown> => peer.run('/bin/true', [], options)
  await run()
  const call: number[] = []
  const thread = threadCpu()
  const all = processCpu()
  for (let i = 0; i < count; i++) {
    const start = now()
    const exited = run()
    call.push(now() - start)
    await exited
  }
  return { call, thread: [(threadCpu() - thread) / count], process: [(processCpu() - all) / count] }
}
