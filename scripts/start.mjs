// npm start sets up, then runs the main example.
import { spawn } from 'node:child_process'
import { runMain, Trouble } from './lib/console.mjs'
import { filesUnder } from './lib/fresh.mjs'
import { root } from './lib/project.mjs'
import { setup } from './setup.mjs'

runMain(async () => {
  await setup()
  const example = filesUnder(['build/examples']).find((file) => /[\\/]supervise\.[cm]?js$/.test(file))
  if (example === undefined) throw new Trouble('Expected examples/supervise to be there')
  // It inherits our terminal, so that it sees whether it may use colour, and gets Ctrl-C itself.
  const child = spawn(process.execPath, ['--enable-source-maps', example, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  })
  process.on('SIGINT', () => {}).on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('close', (code, signal) => (process.exitCode = signal === null ? (code ?? 1) : 1))
})
