// Starts programs that report on fd 3, and ends before any event about them can have arrived.
import { Worker, isMainThread } from 'node:worker_threads'
import { spawn } from 'shared-child'

const [how = '', count = ''] = process.argv.slice(2)

function start(): void {
  for (let i = 0; i < Number(count); i++) {
    void spawn('sh', ['-c', 'echo started >&3'], { stdio: ['ignore', 'ignore', 'ignore', 3] }).catch(() => undefined)
  }
}

if (how === 'worker' && isMainThread) {
  new Worker(__filename, { argv: [how, count] }).once('exit', () => process.exit(0))
} else {
  start()
  if (how === 'exception') throw new Error('on purpose')
  process.exit(0)
}
