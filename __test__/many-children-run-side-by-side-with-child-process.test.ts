import test from 'ava'
import { spawn } from 'shared-child'
import { nodeExit } from './support/node-child.js'
import { slowness, within } from './support/within.js'

// libuv installs a SIGCHLD handler with its first child and takes it away with its last: neither may see the other's children.
test('each side gets the codes of its own children', async (t) => {
  t.timeout(60_000 * slowness)
  const ours = async (code: number): Promise<number | null> =>
    (await (await spawn('sh', ['-c', `exit ${code}`])).wait()).code
  const theirs = async (code: number): Promise<number | null> => (await nodeExit('sh', ['-c', `exit ${code}`])).code
  for (let round = 0; round < 5; round++) {
    const codes = Array.from({ length: 20 }, (_, i) => round * 20 + i)
    const [mine, others] = await within(
      20_000,
      'forty children',
      Promise.all([Promise.all(codes.map(ours)), Promise.all(codes.map(theirs))]),
    )
    t.deepEqual(mine, codes)
    t.deepEqual(others, codes)
  }
})
