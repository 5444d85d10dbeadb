import fs from 'node:fs'
import path from 'node:path'
import { SharedChild, type Stdio } from 'shared-child'
import { temporaryDirectory } from './support/files.js'
import { runScript } from './support/scripts.js'
import { notLinux, testUnless } from './support/skip.js'

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield []
  for (const [i, first] of items.entries()) {
    for (const rest of permutations(items.toSpliced(i, 1))) yield [first, ...rest]
  }
}

/** Returns what the child has at each of these fds. */
async function links(stdio: readonly Stdio[], fds: readonly number[], way: 'spawn' | 'spawnSync'): Promise<string[]> {
  const paths = fds.map((fd) => `/proc/self/fd/${fd}`)
  const child = await SharedChild[way]('readlink', paths, { stdio: ['ignore', 'pipe', 'inherit', ...stdio.slice(3)] })
  return (await child.output()).stdout.trimEnd().split('\n')
}

// The child's numbers are the parent's own numbers, so each target may still be needed as a source.
testUnless(notLinux, 'swaps, rotations and every other order of four fds onto themselves', async (t) => {
  const directory = temporaryDirectory(t)
  const fds = ['a', 'b', 'c', 'd'].map((name) => fs.openSync(path.join(directory, name), 'w'))
  t.teardown(() => fds.forEach((fd) => fs.closeSync(fd)))
  const nameOf = new Map(fds.map((fd) => [fd, fs.readlinkSync(`/proc/self/fd/${fd}`)]))
  for (const order of permutations(fds)) {
    const stdio: Stdio[] = Array.from({ length: Math.max(...fds) + 1 }, () => 'ignore')
    fds.forEach((target, i) => (stdio[target] = order[i]))
    const expected = order.map((fd) => nameOf.get(fd))
    t.deepEqual(await links(stdio, fds, 'spawn'), expected as string[], `onto ${fds.join()}: ${order.join()}`)
    t.deepEqual(await links(stdio, fds, 'spawnSync'), expected as string[], `onto ${fds.join()}: ${order.join()}, sync`)
  }
})

testUnless(notLinux, 'one fd many times, shifted up and down by one', async (t) => {
  const directory = temporaryDirectory(t)
  const fds = Array.from({ length: 6 }, (_, i) => fs.openSync(path.join(directory, `${i}`), 'w'))
  t.teardown(() => fds.forEach((fd) => fs.closeSync(fd)))
  const low = Math.min(...fds)
  const high = Math.max(...fds)
  const link = (fd: number): string => fs.readlinkSync(`/proc/self/fd/${fd}`)
  const run = async (sourceOf: (target: number) => number): Promise<void> => {
    const targets = Array.from({ length: high + 3 }, (_, fd) => fd).filter((fd) => fd >= Math.max(3, low - 2))
    const stdio: Stdio[] = Array.from({ length: high + 3 }, (_, fd) => (targets.includes(fd) ? sourceOf(fd) : 'ignore'))
    t.deepEqual(
      await links(stdio, targets, 'spawn'),
      targets.map((fd) => link(sourceOf(fd))),
    )
  }
  const clamp = (fd: number): number => Math.min(Math.max(fd, low), high)
  await run(() => fds[2] as number)
  await run((target) => clamp(target - 1))
  await run((target) => clamp(target + 1))
  await run((target) => clamp(low + high - target))
})

testUnless(notLinux, 'maps of a seeded random kind', async (t) => {
  const directory = temporaryDirectory(t)
  const fds = Array.from({ length: 8 }, (_, i) => fs.openSync(path.join(directory, `${i}`), 'w'))
  t.teardown(() => fds.forEach((fd) => fs.closeSync(fd)))
  const link = (fd: number): string => fs.readlinkSync(`/proc/self/fd/${fd}`)
  let seed = 20_261_123
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % below
  }
  for (let round = 0; round < 40; round++) {
    const targets = Array.from({ length: 1 + random(10) }, () => 3 + random(40))
    const stdio: Stdio[] = Array.from({ length: Math.max(...targets) + 1 }, () => 'ignore')
    for (const target of targets) stdio[target] = fds[random(fds.length)]
    const wanted = [...new Set(targets)].sort((a, b) => a - b)
    t.deepEqual(
      await links(stdio, wanted, 'spawn'),
      wanted.map((fd) => link(stdio[fd] as number)),
      `round ${round}`,
    )
  }
})

testUnless(notLinux, 'stdout and stderr themselves may be swapped or joined', async (t) => {
  const host = runScript(t, 'swap-stdout-and-stderr')
  const { stdout, stderr, code } = await host.ended
  t.is(code, 0, stderr)
  t.deepEqual({ stdout, stderr }, { stdout: 'to 2\nboth 1\nboth 2\n', stderr: 'to 1\n' })
})

testUnless(notLinux, 'a parent that has no stdin, stdout and stderr of its own can still spawn', async (t) => {
  const result = path.join(temporaryDirectory(t), 'result')
  const wrapper = ['sh', '-c', 'exec "$@" <&- >&- 2>&-', 'sh']
  const host = runScript(t, 'spawn-without-stdio', [result], { wrapper })
  t.is((await host.ended).code, 0)
  t.deepEqual(JSON.parse(fs.readFileSync(result, 'utf8')), {
    stdout: 'in\n',
    stderr: 'err\n',
    code: 0,
    extra: 'three\n',
  })
})
