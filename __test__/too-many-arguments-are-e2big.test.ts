import { SharedChild } from 'shared-child'
import { failure, nodeFailure, rejection, thrown } from './support/failures.js'
import { leavesNothing } from './support/leaks.js'
import { notLinux, testUnless } from './support/skip.js'

testUnless(notLinux, 'one argument too long, too many arguments, too large an environment', async (t) => {
  const long = 'x'.repeat(200_000)
  const many = Array.from({ length: 100_000 }, () => 'x'.repeat(100))
  const env = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`KEY_${i}`, 'x'.repeat(100)]))
  for (const [args, options] of [
    [[long], {}],
    [many, {}],
    [['a'], { env: { PATH: process.env['PATH'] ?? '', BIG: long } }],
    [['a'], { env: { PATH: process.env['PATH'] ?? '', ...env } }],
  ] as const) {
    const theirs = await nodeFailure('true', [...args], options)
    const ours = failure(await rejection(t, () => SharedChild.spawn('true', args, options)))
    t.deepEqual({ code: ours.code, errno: ours.errno }, { code: theirs.code, errno: theirs.errno })
    t.like(ours, { name: 'Error', code: 'E2BIG', syscall: 'spawn true', path: 'true', spawnargs: [...args] })
    t.deepEqual(failure(thrown(t, () => SharedChild.spawnSync('true', args, options))), ours)
  }
  await leavesNothing(t, () => rejection(t, () => SharedChild.spawn('true', [long])))
})
