import { spawn as nodeSpawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { spawn } from 'shared-child'
import { processEntry } from '../proc.js'
import { spinUntil } from '../within.js'

/** Several children end and are reaped while the event loop gets no turn, so their handles do not know it when other processes get their pids. */
async function main(): Promise<void> {
  const [, , library] = process.argv
  if (library !== undefined) {
    try {
      process.dlopen({ exports: {} }, library)
    } catch {
      // It is no addon, but its constructor has run.
    }
  }
  let reuses = 0
  let innocentsSignalled = 0
  let sent = 0
  for (let round = 0; round < 20; round++) {
    const children = await Promise.all(
      Array.from({ length: 5 }, () => spawn('sh', ['-c', 'read line'], { stdio: ['pipe', 'ignore', 'ignore'] })),
    )
    const writers = children.map((child) => child.stdin)
    for (const stdin of writers) fs.writeSync((stdin as unknown as { _handle: { fd: number } })._handle.fd, 'go\n')
    spinUntil('all are reaped', () => children.every(({ pid }) => processEntry(pid) === null))
    for (const child of children) {
      let innocent
      for (let attempt = 0; attempt < 20; attempt++) {
        fs.writeFileSync('/proc/sys/kernel/ns_last_pid', String(child.pid - 1))
        innocent = nodeSpawn('cat', { stdio: ['pipe', 'pipe', 'ignore'] })
        if (innocent.pid === child.pid) break
        innocent.kill('SIGKILL')
        innocent = undefined
      }
      if (innocent === undefined) continue
      reuses++
      const pending = [child.kill(), child.sendSignal('SIGTERM')]
      const now = [child.killSync('SIGTERM'), child.sendSignalSync('SIGUSR1'), child.killSync()]
      for (const answer of [...now, ...(await Promise.all(pending))]) if (answer) sent++
      // A process that can still answer has not been killed.
      innocent.stdin.on('error', () => undefined).end('alive')
      const [answer] = (await Promise.race([once(innocent.stdout, 'data'), once(innocent.stdout, 'end')])) as unknown[]
      if (String(answer) !== 'alive') innocentsSignalled++
    }
  }
  process.stdout.write(JSON.stringify({ reuses, innocentsSignalled, sent }), () => process.exit(0))
}

void main()
