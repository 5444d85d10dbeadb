import fs from 'node:fs'
import { start } from './support/children.js'
import { temporaryDirectory } from './support/files.js'
import { scriptPath } from './support/scripts.js'
import { notRoot, testUnless } from './support/skip.js'
import { textOf } from './support/text.js'

const pattern = notRoot ? '' : fs.readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim()
const elsewhere = notRoot || (/^[|/]/.test(pattern) && `cores go elsewhere: ${pattern}`)

// If a child that shares our memory changes its user, this process is no longer dumpable (PR_GET_DUMPABLE), and loses core dumps, ptrace and /proc.
testUnless(elsewhere, 'with its own ids, and still dumpable', async (t) => {
  for (const how of ['without', 'spawn', 'spawnSync', 'failing']) {
    const command = `ulimit -c unlimited && exec "$@"`
    const args = ['-c', command, 'sh', process.execPath, scriptPath('abort-after-spawning'), how]
    const child = await start(t, 'sh', args, { cwd: temporaryDirectory(t), stdio: ['ignore', 'pipe', 'ignore'] })
    t.is(await textOf(child.stdout), '0 0 0 0\n', how)
    const { signal, coreDumped } = await child.wait()
    t.deepEqual({ signal, coreDumped }, { signal: 'SIGABRT', coreDumped: true }, how)
  }
})
