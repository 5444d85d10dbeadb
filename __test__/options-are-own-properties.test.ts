import { spawnSync } from 'node:child_process'
import test from 'ava'
import { SharedChild, spawn } from 'shared-child'
import { start } from './support/children.js'
import { isWindows, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'

const args = ['-c', 'echo "$0 $*"']
/** What the child prints if none of the inherited options is used. */
const plain = String(spawnSync('sh', args).stdout)

class Options {
  env = { OWN: 'yes', PATH: process.env['PATH'] }
  get argv0(): string {
    return 'of the class'
  }
  get shell(): boolean {
    return true
  }
}

test('of an object of a class: what stands on the class is no option, as in child_process', async (t) => {
  const options = new Options()
  const child = await start(t, 'sh', args, options)
  t.is(await textOf(child.stdout), String(spawnSync('sh', args, options).stdout))
  t.is(await textOf(SharedChild.spawnSync('sh', args, new Options()).stdout), plain)
  t.is((await (await spawn('cat')).output(Object.create({ encoding: 'hex', input: 'x' }))).stdout, '')
  const done = await start(t, 'true')
  t.is((await done.wait(Object.create({ signal: AbortSignal.abort() }))).code, 0)
})

test('hidden ones and those of symbols are none either', async (t) => {
  const options = Object.defineProperty({ [Symbol('shell')]: true }, 'shell', { value: true })
  t.is(await textOf((await start(t, 'sh', args, options)).stdout), plain)
})

testUnless(isWindows, 'objects without a prototype are as good as others', async (t) => {
  const bare = <T extends object>(from: T): T => Object.assign(Object.create(null), from) as T
  const env = bare({ OWN: 'yes' })
  const child = await start(t, '/bin/sh', ['-c', 'echo $OWN; cat'], bare({ env, stdio: 'pipe' as const }))
  t.is((await child.output(bare({ input: 'input' }))).stdout, 'yes\ninput')
  t.is((await child.waitTimeout(0, bare({})))?.code, 0)
  t.is(SharedChild.attach(bare(child.share())).pid, child.pid)
})

testUnless(
  isWindows,
  'variables may be inherited, as in child_process, also from an object without a prototype',
  async (t) => {
    const base = Object.assign(Object.create(null), { BASE: 'base', BOTH: 'base', GONE: 'base' })
    const env = Object.assign(Object.create(Object.create(base)), { BOTH: 'own', GONE: undefined })
    const command = ['-c', 'echo $BASE $BOTH $GONE']
    const child = await start(t, '/bin/sh', command, { env })
    const ours = await textOf(child.stdout)
    t.is(ours, 'base own\n')
    t.is(ours, String(spawnSync('/bin/sh', command, { env }).stdout))
  },
)

testUnless(isWindows, 'a hole in a list is undefined', async (t) => {
  const child = await start(t, 'sh', ['-c', 'cat <&3; echo done'], {
    stdio: Object.assign(['pipe'], { 2: 'pipe', 3: 'pipe' }) as never,
  })
  child.stdio[3]?.destroy()
  t.is(await textOf(child.stdout), 'done\n')
  await t.throwsAsync(spawn('true', [], { groups: Object.assign([], { 1: 1 }) }), { code: 'ERR_INVALID_ARG_TYPE' })
})
