import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { scriptPath } from './support/scripts.js'
import { isWindows, testUnless } from './support/skip.js'

const COUNT = 20

for (const how of ['exit', 'exception', 'worker']) {
  testUnless(isWindows, `spawn(), and in the same turn the end: ${how}`, async (t) => {
    const host = spawn(process.execPath, [scriptPath('spawn-and-exit'), how, String(COUNT)], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    t.teardown(() => host.kill('SIGKILL'))
    let reported = ''
    // The pipe ends when the last program has exited.
    for await (const text of (host.stdio[3] as Readable).setEncoding('utf8')) reported += text
    t.is(reported, 'started\n'.repeat(COUNT))
  })
}
