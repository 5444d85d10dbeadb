import fs from 'node:fs'
import { SharedChild, type SpawnOptions } from 'shared-child'
import { rejection } from './support/failures.js'
import { temporaryDirectory } from './support/files.js'
import { nodeExit } from './support/node-child.js'
import { childrenOf, statusField } from './support/proc.js'
import { notLinux, notRoot, testUnless } from './support/skip.js'

const credentials = async (options: SpawnOptions): Promise<Record<string, string>> => {
  const child = await SharedChild.spawn('cat', ['/proc/self/status'], options)
  const { stdout } = await child.output()
  const field = (name: string): string => statusField(stdout, name).replaceAll('\t', ' ').trim()
  return { uid: field('Uid'), gid: field('Gid'), groups: field('Groups') }
}
const four = (id: number): string => `${id} ${id} ${id} ${id}`

testUnless(notRoot, 'uid, gid and groups, each alone and together', async (t) => {
  t.deepEqual(await credentials({ uid: 1234, gid: 2345, groups: [11, 22, 33] }), {
    uid: four(1234),
    gid: four(2345),
    groups: '11 22 33',
  })
  t.like(await credentials({ uid: 1234 }), { uid: four(1234), gid: four(0) })
  t.like(await credentials({ gid: 2345 }), { uid: four(0), gid: four(2345) })
  t.deepEqual(await credentials({ groups: [5, 6] }), { uid: four(0), gid: four(0), groups: '5 6' })
  t.like(await credentials({ uid: 0, gid: 0 }), { uid: four(0), gid: four(0) })
})

testUnless(notRoot, 'groups: [] takes every supplementary group away', async (t) => {
  const before = process.getgroups?.() ?? []
  t.teardown(() => process.setgroups?.(before))
  process.setgroups?.([7, 8, 9])
  t.is((await credentials({ groups: [] })).groups, '')
  t.is((await credentials({ uid: 1234, gid: 2345, groups: [] })).groups, '')
  const child = SharedChild.spawnSync('cat', ['/proc/self/status'], { groups: [] })
  t.is(statusField((await child.output()).stdout, 'Groups'), '')
  t.is((await credentials({})).groups, '7 8 9', 'and leaves ours alone')
})

testUnless(notRoot, 'the working directory is entered as the same user as in child_process', async (t) => {
  const cwd = temporaryDirectory(t)
  fs.chmodSync(cwd, 0o700)
  const options = { uid: 1234, gid: 1234, cwd }
  const theirs = await nodeExit('/bin/sh', ['-c', 'echo entered'], options)
  const child = await SharedChild.spawn('/bin/sh', ['-c', 'echo entered'], { ...options, groups: [] })
  t.is((await child.output()).stdout, theirs.stdout)
})

testUnless(
  notLinux || (process.getuid?.() === 0 && 'must not be root'),
  'an ordinary user may not become root',
  async (t) => {
    const error = await rejection(t, () => SharedChild.spawn('true', [], { uid: 0 }))
    t.is(error.code, 'EPERM')
    t.deepEqual(childrenOf(), [])
  },
)
