import type * as Node from 'node:child_process'
import fs from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { hasExited } from '../proc.js'
import { reached } from '../ways.js'
import { spinUntil } from '../within.js'

/** When the exit of the first of several children is reported, the others have exited, too, but their handles do not know it yet. */
async function main(): Promise<void> {
  const { spawn } = await reached(process.argv.slice(2))
  let reuses = 0
  let innocentsSignalled = 0
  for (let round = 0; round < 10; round++) {
    const children = Array.from({ length: 5 }, () => spawn('true', { stdio: 'ignore' }))
    spinUntil('all have exited', () => children.every(({ pid }) => hasExited(pid!)))
    await new Promise((resolve) => {
      for (const child of children) child.once('exit', resolve).once('exit', () => signalOthers())
      const signalOthers = (): void => {
        for (const child of children.filter(({ exitCode }) => exitCode === null)) {
          const innocent = successor(spawn, child.pid!)
          if (innocent === undefined) continue
          reuses++
          child.kill('SIGKILL')
          innocent.stdin.on('error', () => undefined).end('alive')
          innocent.stdout.once('data', () => (innocentsSignalled -= 1))
          innocentsSignalled++
          pending.push(new Promise((done) => innocent.once('close', done)))
        }
      }
    })
    // With each exit that is reported, another innocent process may have got a pid.
    while (children.some(({ exitCode }) => exitCode === null)) await setImmediate()
    await Promise.all(pending.splice(0))
  }
  process.stdout.write(JSON.stringify({ reuses, innocentsSignalled }), () => process.exit(0))
}

const pending: Promise<unknown>[] = []

type Innocent = Node.ChildProcessByStdio<Writable, Readable, null>

/** Starts a process that gets this pid, unless another process was faster. It answers as long as it has not been killed. */
function successor(spawn: typeof Node.spawn, pid: number): Innocent | undefined {
  for (let attempt = 0; attempt < 20; attempt++) {
    fs.writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1))
    const innocent = spawn('cat', { stdio: ['pipe', 'pipe', 'ignore'] })
    if (innocent.pid === pid) return innocent
    innocent.kill('SIGKILL')
  }
  return undefined
}

void main()
