// Starts a shell command that has this process's stdout and stderr, prints its pid, and exits with code 3 at the end of its stdin.
import { spawn } from 'node:child_process'
import fs from 'node:fs'

const [command = ''] = process.argv.slice(2)
// Detached, because on Windows other children end with the process that started them.
const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
child.once('spawn', () => {
  fs.writeSync(1, `${child.pid}\n`)
  fs.writeSync(2, 'err\n')
  process.stdin.resume().once('end', () => process.exit(3))
})
