// Makes a Debian 13 root beside this system. It has the Wine and the musl that current versions of Node need, whatever this system is.
// Root makes it once, in TRIXIE_ROOT (.cache/trixie). Programs run in it with chroot, and nothing is left mounted or running afterwards.
import { existsSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { doing, Trouble } from '../lib/console.mjs'
import { cache } from '../lib/project.mjs'
import { attempt, run } from '../lib/run.mjs'

const debian = process.env.TRIXIE_ROOT ?? join(cache, 'trixie')

/** Where this machine's own files are, seen from that root. */
export const host = '/host'

/** The mirror that this system uses, if it is Debian itself. */
async function mirror() {
  const { output } = await attempt('apt-get', ['indextargets', '--format', '$(REPO_URI)'], { quiet: true })
  return output.split('\n').find((uri) => uri.endsWith('/debian/')) ?? 'http://deb.debian.org/debian/'
}

/**
 * @param {string} file that the package brings
 * @param {readonly string[]} packages
 */
export async function needInDebian(file, packages) {
  if (process.getuid?.() !== 0) throw new Trouble('Expected to run as root: a chroot and its mounts need it')
  if (!existsSync(join(debian, 'etc', 'debian_version'))) {
    const { ok } = await attempt('debootstrap', ['--version'], { quiet: true })
    if (!ok) {
      doing('install debootstrap (apt-get)')
      await run('apt-get', ['update', '-qq'], { quiet: true })
      await run('apt-get', ['install', '-y', '-qq', 'debootstrap'], { quiet: true })
    }
    doing(`make a Debian 13 root in ${debian} (a minute)`)
    await run('debootstrap', ['--variant=minbase', 'trixie', debian, await mirror()], { quiet: true })
  }
  // It may be a link that is valid only inside the root.
  if (lstatSync(join(debian, file), { throwIfNoEntry: false }) !== undefined) return
  doing(`install ${packages.join(' and ')} in the Debian 13 root`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await run('chroot', [debian, 'apt-get', 'update', '-qq'], { env, quiet: true })
  await run('chroot', [debian, 'apt-get', 'install', '-y', '-qq', ...packages], { env, quiet: true })
}

/** Mounts are private, and processes have their own namespace: both end with the first process. */
const enter = `
mkdir -p "$ROOT/host"
mount --rbind / "$ROOT/host"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
exec chroot "$ROOT" env -i sh -c "$@"`

/**
 * @param {string} script for the root's `sh`, in an empty environment
 * @param {readonly string[]} args
 */
export const inDebian = (script, args) => ({
  command: 'unshare',
  args: ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'].concat(
    ['sh', '-ec', `ROOT=$0; ${enter}`, debian, script, 'sh'],
    args,
  ),
})
