import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { temporaryDirectory } from './support/files.js'
import { report, runScript } from './support/scripts.js'
import { isWindows, testUnless } from './support/skip.js'

testUnless(isWindows, 'spawn, wait, kill, output and errors with the only thread of the pool blocked', async (t) => {
  const fifo = path.join(temporaryDirectory(t), 'fifo')
  execFileSync('mkfifo', [fifo])
  const env = { UV_THREADPOOL_SIZE: '1' }
  const seen = await report<Record<string, unknown>>(
    t,
    runScript(t, 'work-with-a-blocked-pool', [fifo], { env, limit: 20_000 }),
  )
  t.deepEqual(seen, {
    killed: true,
    signal: 'SIGKILL',
    code: 3,
    text: 'text\n',
    timedOut: null,
    tried: null,
    missing: 'ENOENT',
    poolWasBlockedAllTheTime: true,
  })
})
