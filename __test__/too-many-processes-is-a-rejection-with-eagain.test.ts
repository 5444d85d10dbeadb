import { spawnSync } from 'node:child_process'
import { report, runScript, scriptPath } from './support/scripts.js'
import { missing, notLinux, testUnless } from './support/skip.js'

// RLIMIT_NPROC does not bind root: as root the script runs as a user that has no other process.
const user = 54_321
const root = process.getuid?.() === 0
const wrapper = root ? ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : []
const unreadable =
  root &&
  spawnSync('setpriv', [...wrapper.slice(1), 'test', '-r', scriptPath('spawn-with-no-process-left')]).status !== 0

for (const when of ['warm', 'cold'] as const) {
  testUnless(
    notLinux || missing('prlimit', 'setpriv') || (unreadable && 'the tests are not readable for other users'),
    `${when}: spawn rejects, spawnSync throws, and both work again afterwards`,
    async (t) => {
      const seen = await report<{ failures: unknown[]; children: number; worksAgain: boolean }>(
        t,
        runScript(t, 'spawn-with-no-process-left', [when], { wrapper, env: { HOME: '/tmp' } }),
      )
      const expected = { code: 'EAGAIN', errno: -11, syscall: 'spawn true', path: 'true', spawnargs: ['x'] }
      t.deepEqual(seen, { failures: [expected, expected, expected], children: 0, worksAgain: true })
    },
  )
}
