// Who is measured, in which version.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Host } from './hosts.js'
import { runtimeOf, type PeerName } from './peers/index.js'

const run = promisify(execFile)

export async function versions(peers: readonly PeerName[]): Promise<Record<string, string>> {
  const found: Record<string, string> = { Node: process.versions.node }
  for (const peer of peers) {
    using host = new Host(runtimeOf(peer))
    found[peer] = await host.version(peer)
  }
  for (const compiler of ['rustc', 'cc']) {
    const { stdout } = await run(compiler, ['--version']).catch(() => ({ stdout: 'not installed' }))
    found[compiler] = stdout.split('\n', 1)[0]!
  }
  return found
}
