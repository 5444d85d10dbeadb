import * as nodes from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { execPath } from 'node:process'
import type { ExecutionContext } from 'ava'
import * as ours from 'shared-child/child_process'
import { program, temporaryDirectory } from './support/files.js'
import { missing, notWindows, testUnless } from './support/skip.js'
import { followed, told } from './support/told.js'
import { end, isRunning } from './support/tree.js'
import { until } from './support/within.js'

type Module = typeof nodes
const needed = notWindows || missing('command-line.exe', 'echo.exe', 'sleep.exe', 'sh.exe')

/** Does the same with both modules, and expects the same. */
async function same(t: ExecutionContext, what: string, call: (module: Module) => unknown): Promise<void> {
  t.deepEqual(await told(() => call(ours)), await told(() => call(nodes)), what)
}

/** Fails if Node's own function has started the child. */
function owned(t: ExecutionContext, child: ChildProcess): ChildProcess {
  t.is(ours.sharedChild(child).pid, child.pid!)
  return child
}

function copyOf(name: string, directory: string, as: string): void {
  const folders = process.env['PATH']!.split(path.delimiter)
  const file = folders.map((folder) => path.join(folder, name)).find((each) => fs.existsSync(each))!
  fs.copyFileSync(file, path.join(directory, as))
}

testUnless(needed, 'names are looked up in the working directory first, with .com and .exe alone', async (t) => {
  const cwd = temporaryDirectory(t)
  copyOf('echo.exe', cwd, 'only-here.exe')
  copyOf('command-line.exe', cwd, 'echo.exe')
  fs.mkdirSync(path.join(cwd, 'sleep.exe'))
  program(cwd, 'batch.cmd', '@echo batch\r\n')
  const env = { PATH: process.env['PATH'], PATHEXT: '.CMD' }
  for (const name of [
    'only-here',
    'only-here.exe',
    '.\\only-here',
    './only-here.EXE',
    'echo',
    'sleep.exe',
    'batch',
    '.',
  ])
    await same(t, name, ({ spawn }) => spawn(name, ['0'], { cwd, env }))
  await same(t, 'elsewhere', ({ spawn }) => spawn('only-here', ['0'], { env }))
  await once(owned(t, ours.spawn('only-here', { cwd, stdio: 'ignore' })), 'exit')
})

testUnless(needed, 'but not in the working directory where a variable forbids it', async (t) => {
  const cwd = temporaryDirectory(t)
  copyOf('echo.exe', cwd, 'only-here.exe')
  const name = 'NoDefaultCurrentDirectoryInExePath'
  t.teardown(() => delete process.env[name])
  process.env[name] = '1'
  const result = (await told(() => ours.spawn('only-here', { cwd }))) as { events: [string, { code?: string }][] }
  t.is(result.events[0]?.[1].code, 'ENOENT')
  t.is(((await told(() => ours.spawn('./only-here', { cwd }))) as typeof result).events[0]?.[0], 'spawn')
})

testUnless(needed, 'a batch file is refused, and runs in a shell', async (t) => {
  const cwd = temporaryDirectory(t)
  program(cwd, 'batch.cmd', '@echo batch got %1\r\n')
  for (const file of ['batch.cmd', 'batch.CMD', 'batch.bat', 'batch.cmd. .', path.join(cwd, 'batch.cmd')]) {
    t.throws(() => ours.spawn(file, { cwd }), { code: 'EINVAL', message: 'spawn EINVAL' }, file)
    await same(t, file, ({ spawn }) => spawn(file, ['x'], { cwd, windowsVerbatimArguments: true }))
  }
  await same(t, 'in a shell', ({ spawn }) => spawn('batch.cmd x', { cwd, shell: true }))
})

testUnless(needed, 'the command line is the same, verbatim or not', async (t) => {
  const args = ['x y', 'a"b"', 'c\\', '', 'd e\\', '\\\\"', "'", '%PATH%', '^&|']
  for (const windowsVerbatimArguments of [true, false]) {
    for (const argv0 of ['a b', '', '"quoted"', undefined]) {
      const options = { windowsVerbatimArguments, ...(argv0 === undefined ? {} : { argv0 }) }
      await same(t, JSON.stringify(options), ({ spawn }) => spawn('command-line', args, options))
    }
  }
})

testUnless(needed, 'a shell gets the same line', async (t) => {
  const env = { ...process.env, VALUE: 'of it' }
  const exec = (command: string, options: object) => (module: Module) =>
    new Promise((resolve) => module.exec(command, { env, ...options }, (...values) => resolve(values)))
  for (const command of ['echo %VALUE% "a b" ^& c', 'echo a& echo b>&2& exit 3', 'no-such-command'])
    await same(t, command, exec(command, {}))
  await same(t, 'sh', exec('echo $VALUE "a  b"; exit 4', { shell: 'sh' }))
})

testUnless(needed, 'of names that differ in case, the environment has the first', async (t) => {
  const script = "Object.entries(process.env).filter(([name]) => name.toLowerCase() === 'name').join()"
  const env = { ...process.env, name: '1', Name: '2', NAME: '3' }
  await same(t, 'env', ({ spawn }) => spawn(execPath, ['-p', script], { env }))
})

testUnless(needed, 'a pipe works in both directions, overlapped or not', async (t) => {
  // A program reads and writes in the way that suits its end.
  const scripts = {
    pipe: `
      const bytes = Buffer.alloc(100)
      fs.writeSync(3, 'got ' + bytes.toString('utf8', 0, fs.readSync(3, bytes)))`,
    overlapped: `
      const socket = new net.Socket({ fd: 3, readable: true, writable: true })
      socket.once('data', (data) => socket.end('got ' + data))`,
  }
  for (const [kind, script] of Object.entries(scripts) as ['pipe' | 'overlapped', string][]) {
    const run = async ({ spawn }: Module) => {
      const child = spawn(execPath, ['-e', script], { stdio: ['ignore', kind, 'inherit', kind] })
      if (spawn === ours.spawn) owned(t, child)
      const pipe = child.stdio[3] as unknown as NodeJS.WritableStream
      pipe.write('a word')
      return followed(child)
    }
    await same(t, kind, run)
  }
})

testUnless(needed, 'kill() ends it, and the signal is what was sent last', async (t) => {
  for (const signal of [undefined, 'SIGTERM', 'SIGKILL', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGBREAK', 21] as const) {
    const run = async ({ spawn }: Module) => {
      const child = spawn('sleep', ['1000'])
      const result = followed(child)
      return [child.kill(0), child.kill(signal), await result, child.killed, child.kill()]
    }
    await same(t, String(signal), run)
  }
})

testUnless(needed, 'limits end it with the same errors', async (t) => {
  const execFile = (file: string, options: object) => (module: Module) =>
    new Promise((resolve) => module.execFile(file, ['1000'], options, (error) => resolve(error)))
  await same(t, 'timeout', execFile('sleep', { timeout: 50 }))
  await same(t, 'maxBuffer', execFile('echo', { maxBuffer: 2 }))
  await same(t, 'signal', execFile('sleep', { signal: AbortSignal.timeout(50) }))
})

testUnless(needed, 'what cannot be started is the same error', async (t) => {
  const cwd = temporaryDirectory(t)
  await same(t, 'no folder', ({ spawn }) => spawn('echo', { cwd: path.join(cwd, 'none') }))
  await same(t, 'an fd that is not open', ({ spawn }) => spawn('echo', { stdio: ['pipe', 'pipe', 9999] }))
  await same(t, 'too many fds', ({ spawn }) => spawn('echo', { stdio: Array<'ignore'>(300).fill('ignore') }))
  for (const ids of [{ uid: 1 }, { gid: 1 }, { uid: -1 }]) await same(t, 'an id', ({ spawn }) => spawn('echo', ids))
})

testUnless(needed, 'it ends with this process unless it is detached, or an option says otherwise', async (t) => {
  const script = `
    const { spawn } = require('shared-child/child_process')
    for (const options of [{}, { detached: true }, { killOnParentExit: false }])
      console.log(spawn('sleep', ['1000'], { stdio: 'ignore', ...options }).pid)`
  const host = nodes.spawn(execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  host.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const pids = (): number[] => [...printed.matchAll(/^(\d+)\n/gm)].map(([, pid]) => Number(pid))
  t.teardown(() => pids().forEach(end))
  await until('the pids', () => pids().length === 3)
  host.kill()
  await once(host, 'exit')
  const [ended, ...others] = pids()
  await until('the end of the first', () => !isRunning(ended!))
  t.deepEqual(others.map(isRunning), [true, true])
})
