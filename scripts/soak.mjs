// npm run soak -- --minutes N (30): sets up, then a mixed load for so long. See __test__/long/soak.ts.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { runMain } from './lib/console.mjs'
import { root } from './lib/project.mjs'
import { setup } from './setup.mjs'

runMain(async () => {
  await setup()
  const args = ['--enable-source-maps', '--expose-gc', join('build', '__test__', 'long', 'soak.js')]
  const { status } = spawnSync(process.execPath, [...args, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
  process.exitCode = status ?? 1
})
