// Things that programs do with child_process. Each case has the same result with any module that has its exports.
import type * as Node from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import { promisify } from 'node:util'
import { followed } from './told.js'

export type Module = typeof Node
export type Case = (cp: Module) => unknown

/** Returns the arguments of the callback of exec() or execFile(). */
const called = (run: (callback: (...given: unknown[]) => void) => unknown): Promise<unknown> =>
  new Promise((resolve) => run((...given) => resolve(given)))

const print = 'printf "%s" "$0 $*"'
const both = (text: string): string => `printf ${text}; printf ${text} >&2`

/** Starts a child that the test ends after the child has said that it runs. */
function running(cp: Module, script: string, options: Node.SpawnOptions = {}): Promise<Node.ChildProcess> {
  const child = cp.spawn('sh', ['-c', `echo runs; ${script}`], { stdio: ['pipe', 'pipe', 'pipe'], ...options })
  return once(child.stdout!, 'data').then(() => child)
}

export const spawns: Record<string, Case> = {
  'words of all kinds': (cp) => cp.spawn('sh', ['-c', 'printf "<%s>" "$@"', 'x', '', ' ', 'ü', '$a', '"', '\n']),
  'args that are no strings': (cp) => cp.spawn('echo', [1, null, undefined, true, ['a', 'b'], { a: 1 }] as never),
  'an environment': (cp) => cp.spawn('env', { env: { A: '1', B: 'ü', C: '', D: undefined } }),
  'an environment with what is inherited': (cp) =>
    cp.spawn('env', { env: Object.assign(Object.create({ A: '1' }) as NodeJS.ProcessEnv, { B: '2' }) }),
  'a folder': (cp) => cp.spawn('pwd', { cwd: '/usr' }),
  'a name': (cp) => cp.spawn('sh', ['-c', 'cat /proc/$$/cmdline'], { argv0: 'other' }),
  'a shell': (cp) => cp.spawn('echo $((1 + 1)); exit 3', { shell: true }),
  'a shell by name, with args': (cp) => cp.spawn('echo', ['a', '*', '$0'], { shell: '/bin/bash' }),
  'a session': (cp) =>
    cp.spawn('sh', ['-c', 'cut -d" " -f5,6 /proc/$$/stat | tr -d "\\n" | sed "s/$$/own/g"'], { detached: true }),
  'a code': (cp) => cp.spawn('sh', ['-c', 'exit 255']),
  'a signal': (cp) => cp.spawn('sh', ['-c', 'kill -KILL $$']),
  'another user': (cp) => cp.spawn('id', ['-u'], { uid: 65_534 }),
  'another group': (cp) => cp.spawn('id', ['-g'], { gid: 65_534 }),
  'no such user': (cp) => cp.spawn('id', { uid: -1 }),
  'no streams': (cp) => cp.spawn('sh', ['-c', 'cat; echo x'], { stdio: 'ignore' }),
  'some streams': (cp) => cp.spawn('sh', ['-c', both('x')], { stdio: ['ignore', 'pipe', 'ignore'] }),
  'more streams': (cp) => {
    const child = cp.spawn('sh', ['-c', 'cat <&4 >&3; echo six >&6'], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'ignore', 'overlapped'],
    })
    ;(child.stdio[4] as net.Socket).end('through')
    return child
  },
  'an fd and a stream of a file': async (cp) => {
    const file = `/tmp/shared-child-${process.pid}-${Math.random()}`
    const stream = fs.createWriteStream(file)
    await once(stream, 'open')
    const fd = fs.openSync(file, 'a')
    const told = await followed(cp.spawn('sh', ['-c', both('x')], { stdio: ['ignore', stream, fd] }))
    fs.closeSync(fd)
    stream.destroy()
    const text = fs.readFileSync(file, 'utf8')
    fs.unlinkSync(file)
    return { told, text }
  },
  'the stream of another child': async (cp) => {
    const first = cp.spawn('sh', ['-c', 'cat; echo first'], { stdio: ['pipe', 'pipe', 'ignore'] })
    const second = cp.spawn('cat', { stdio: [first.stdout, 'pipe', 'ignore'] })
    first.stdin.end('text ')
    const told = await followed(second)
    first.stdout.destroy()
    return told
  },
  'a megabyte there and back': (cp) => {
    const child = cp.spawn('cat')
    child.stdin.end('x'.repeat(1e6))
    return child
  },
  'input that nobody reads': async (cp) => {
    const child = cp.spawn('true')
    const error = once(child.stdin, 'error')
    const exit = once(child, 'exit')
    child.stdin.write('x'.repeat(1e6))
    return [await error, await exit]
  },
  'a grandchild that holds the output': (cp) => cp.spawn('sh', ['-c', '(sleep 0.1; echo late) & echo soon']),
  'no such program': (cp) => cp.spawn('no-such-program', ['a', 'b']),
  'no such program by path': (cp) => cp.spawn('/no/such-program', [], { stdio: 'ignore' }),
  'no such folder': (cp) => cp.spawn('true', ['a'], { cwd: '/no' }),
  'a file for a folder': (cp) => cp.spawn('true', ['a'], { cwd: '/etc/passwd' }),
  'a file for a folder of the program': (cp) => cp.spawn('/etc/passwd/x'),
  'a program that may not be run': (cp) => cp.spawn('/etc/passwd', ['a']),
  'a folder for a program': (cp) => cp.spawn('/etc'),
  'a name that is too long': (cp) => cp.spawn('x'.repeat(300)),
  'args that are too long': (cp) => cp.spawn('true', ['x'.repeat(200_000)]),
  'no PATH': (cp) => cp.spawn('true', { env: {} }),
  'a PATH without it': (cp) => cp.spawn('true', { env: { PATH: '/no:/etc' } }),
  'an fd that is closed': (cp) => cp.spawn('true', { stdio: ['ignore', 'ignore', 9999] }),
  'a timeout': (cp) => cp.spawn('sleep', ['100'], { timeout: 20 }),
  'a timeout with a signal': (cp) => cp.spawn('sleep', ['100'], { timeout: 20, killSignal: 'SIGINT' }),
  'a timeout that never comes': (cp) => cp.spawn('true', { timeout: 100_000 }),
  'a signal that has aborted': (cp) => cp.spawn('sleep', ['100'], { signal: AbortSignal.abort() }),
  'a signal that aborts, with a reason': (cp) => {
    const controller = new AbortController()
    const child = cp.spawn('sleep', ['100'], { signal: controller.signal, killSignal: 'SIGKILL' })
    child.once('spawn', () => controller.abort(new Error('why')))
    return child
  },
  'a signal that aborts after the end': async (cp) => {
    const controller = new AbortController()
    const child = cp.spawn('true', { signal: controller.signal })
    const errors: unknown[] = []
    child.on('error', (error) => errors.push(error))
    await once(child, 'close')
    controller.abort()
    return errors
  },
  'many at once': (cp) =>
    Promise.all(Array.from({ length: 50 }, (_, i) => once(cp.spawn('sh', ['-c', `exit ${i}`]), 'close'))),
}

const kills: readonly unknown[] = [
  undefined,
  null,
  'SIGTERM',
  'SIGKILL',
  9,
  0,
  'SIGUSR2',
  'sigterm',
  'SIGNO',
  99,
  1.5,
  {},
]
for (const signal of kills) {
  spawns[`kill(${String(signal)})`] = async (cp) => {
    const child = await running(cp, 'exec cat')
    try {
      const sent = [child.kill(signal as never), child.killed]
      child.stdin!.end()
      return { sent, told: await followed(child), after: [child.kill(), child.killed] }
    } finally {
      child.kill('SIGKILL')
    }
  }
}

export const executes: Record<string, Case> = {
  'what is printed': (cp) => called((done) => cp.exec(both('a'), done)),
  'what is printed, as a promise': (cp) => promisify(cp.exec)(both('a')),
  'a file': (cp) => called((done) => cp.execFile('sh', ['-c', print, 'a', 'b'], done)),
  'a file, as a promise': (cp) => promisify(cp.execFile)('sh', ['-c', print, 'a', 'b']),
  'a file without args': (cp) => called((done) => cp.execFile('true', done)),
  'a file in a shell': (cp) => called((done) => cp.execFile('echo', ['$0'], { shell: true }, done)),
  'no callback': (cp) => cp.exec(both('a')),
  bytes: (cp) => called((done) => cp.exec(both('a'), { encoding: 'buffer' }, done)),
  'no encoding': (cp) => called((done) => cp.execFile('echo', ['a'], { encoding: null }, done)),
  'an unknown encoding': (cp) => called((done) => cp.exec('echo a', { encoding: 'no' as never }, done)),
  hex: (cp) => called((done) => cp.exec('echo a', { encoding: 'hex' }, done)),
  utf16le: (cp) => called((done) => cp.exec('printf ab', { encoding: 'utf16le' }, done)),
  'a code': (cp) => called((done) => cp.exec(`${both('a')}; exit 3`, done)),
  'a code, as a promise': (cp) => promisify(cp.exec)(`${both('a')}; exit 3`),
  'a code of a file': (cp) => called((done) => cp.execFile('sh', ['-c', `${both('a')}; exit 3`], done)),
  'a signal': (cp) => called((done) => cp.exec('kill -KILL $$', done)),
  'no such program': (cp) => called((done) => cp.execFile('no-such-program', ['a'], done)),
  'no such program, as a promise': (cp) => promisify(cp.execFile)('no-such-program', ['a']),
  'no such folder': (cp) => called((done) => cp.exec('true', { cwd: '/no' }, done)),
  'an environment and a folder': (cp) => called((done) => cp.exec('echo $A; pwd', { env: { A: '1' }, cwd: '/' }, done)),
  'a name, which is not used': (cp) =>
    called((done) => cp.execFile('sh', ['-c', 'echo $0'], { argv0: 'x' } as never, done)),
  'a timeout': (cp) => called((done) => cp.exec('exec sleep 100', { timeout: 20 }, done)),
  'a timeout with a signal': (cp) =>
    called((done) => cp.execFile('sleep', ['100'], { timeout: 20, killSignal: 'SIGKILL' }, done)),
  'a signal that has aborted': (cp) =>
    called((done) => cp.execFile('sleep', ['100'], { signal: AbortSignal.abort() }, done)),
  'a signal that aborts': (cp) => {
    const controller = new AbortController()
    return called((done) => {
      const child = cp.execFile('sleep', ['100'], { signal: controller.signal }, done)
      child.once('spawn', () => controller.abort(new Error('why')))
    })
  },
  'kill()': (cp) =>
    called((done) => {
      const child = cp.execFile('sleep', ['100'], done)
      child.once('spawn', () => child.kill('SIGINT'))
    }),
  input: (cp) => called((done) => cp.execFile('cat', done).stdin!.end('text')),
}
for (const [name, max] of Object.entries({
  enough: 5,
  little: 4,
  none: 0,
  undefined: undefined,
  null: null,
  Infinity,
})) {
  for (const encoding of ['utf8', 'buffer', 'hex'] as const)
    executes[`maxBuffer: ${name}, ${encoding}`] = (cp) =>
      called((done) => cp.exec('printf 12345; exec 1>&-; sleep 0.05', { maxBuffer: max as never, encoding }, done))
}
executes['maxBuffer of stderr, of characters of several bytes'] = (cp) =>
  called((done) => cp.exec('printf äöü >&2', { maxBuffer: 3 }, done))

export const synchronous: Record<string, Case> = {
  'what is printed': (cp) => cp.spawnSync('sh', ['-c', both('a')]),
  text: (cp) => cp.spawnSync('sh', ['-c', both('ä')], { encoding: 'utf8' }),
  hex: (cp) => cp.spawnSync('sh', ['-c', both('ä')], { encoding: 'hex' }),
  latin1: (cp) => cp.execSync(both('ä'), { encoding: 'latin1', stdio: 'pipe' }),
  'an unknown encoding': (cp) => cp.spawnSync('echo', { encoding: 'no' as never }),
  input: (cp) => cp.spawnSync('cat', { input: 'text' }),
  'input in another encoding': (cp) => cp.spawnSync('cat', { input: 'text', encoding: 'utf16le' }),
  'bytes as input': (cp) => cp.spawnSync('cat', { input: Buffer.from([0, 255, 10]) }),
  'part of a buffer as input': (cp) => cp.spawnSync('cat', { input: new Uint16Array([1, 2, 3, 4]).subarray(1, 3) }),
  'a view as input': (cp) => cp.spawnSync('cat', { input: new DataView(new ArrayBuffer(4), 1, 2) }),
  'no bytes as input': (cp) => cp.spawnSync('cat', { input: new Uint8Array() }),
  'input beside a list': (cp) => cp.spawnSync('cat', { input: 'text', stdio: ['pipe', 'pipe', 'ignore'] }),
  'input that is ignored': (cp) => cp.spawnSync('cat', { input: 'text', stdio: ['ignore', 'pipe', 'pipe'] }),
  'input that nobody reads': (cp) => cp.spawnSync('true', { input: Buffer.alloc(10_000_000) }),
  'a megabyte there and back': (cp) => cp.spawnSync('cat', { input: 'x'.repeat(1_000_000) }),
  'no streams': (cp) => cp.spawnSync('echo', ['x'], { stdio: 'ignore' }),
  'some streams': (cp) => cp.spawnSync('sh', ['-c', both('x')], { stdio: ['ignore', 'ignore', 'pipe'] }),
  'more streams': (cp) =>
    cp.spawnSync('sh', ['-c', 'echo 3 >&3; echo 5 >&5'], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ignore', 'pipe'],
    }),
  'a file': (cp) => {
    const fd = fs.openSync('/etc/passwd', 'r')
    try {
      return cp.spawnSync('wc', ['-c'], { stdio: [fd, 'pipe', 'pipe'] })
    } finally {
      fs.closeSync(fd)
    }
  },
  'an fd that is closed': (cp) => cp.spawnSync('true', { stdio: [9999, 'pipe', 'pipe'] }),
  'a code': (cp) => cp.spawnSync('sh', ['-c', 'exit 255']),
  'a signal': (cp) => cp.spawnSync('sh', ['-c', 'kill -KILL $$']),
  'an environment, a folder and a name': (cp) =>
    cp.spawnSync('sh', ['-c', 'env; pwd; cat /proc/$$/cmdline'], { env: { A: '1' }, cwd: '/', argv0: 'x' }),
  'args that are no strings': (cp) => cp.spawnSync('echo', [1, null, true] as never),
  'a shell': (cp) => cp.spawnSync('echo $((1 + 1))', { shell: true }),
  'another user': (cp) => cp.spawnSync('id', ['-u'], { uid: 65_534 }),
  'no such user': (cp) => cp.spawnSync('id', { uid: -1 }),
  'no such program': (cp) => cp.spawnSync('no-such-program', ['a']),
  'no such folder': (cp) => cp.spawnSync('true', ['a'], { cwd: '/no' }),
  'a folder of no name': (cp) => cp.spawnSync('true', { cwd: '' }),
  'a program that may not be run': (cp) => cp.spawnSync('/etc/passwd'),
  'args that are too long': (cp) => cp.spawnSync('true', ['x'.repeat(200_000)]),
  'a timeout': (cp) => cp.spawnSync('sleep', ['100'], { timeout: 20 }),
  'a timeout with a signal': (cp) => cp.spawnSync('sleep', ['100'], { timeout: 20, killSignal: 'SIGKILL' }),
  'a timeout that a number gives a signal': (cp) => cp.spawnSync('sleep', ['100'], { timeout: 20, killSignal: 2 }),
  'a timeout with closed streams': (cp) => cp.spawnSync('sleep', ['100'], { timeout: 20, stdio: 'ignore' }),
  'a timeout that a grandchild outlives': (cp) =>
    cp.spawnSync('sh', ['-c', 'sleep 1 & exec sleep 100'], { timeout: 20 }),
  'a timeout that never comes': (cp) => cp.spawnSync('true', { timeout: 100_000 }),
  'a grandchild that holds the output': (cp) => cp.spawnSync('sh', ['-c', '(sleep 0.1; echo late) & echo soon']),
  'maxBuffer that is enough': (cp) => cp.spawnSync('printf', ['12345'], { maxBuffer: 5 }),
  'maxBuffer of an endless output': (cp) => {
    const { stdout, ...rest } = cp.spawnSync('yes', { maxBuffer: 1000 })
    return { ...rest, output: rest.output.length, enough: stdout.length >= 1000 }
  },
  'maxBuffer of undefined': (cp) => cp.spawnSync('head', ['-c', '2000000', '/dev/zero'], { maxBuffer: undefined }),
  'maxBuffer by default': (cp) => cp.spawnSync('yes').error,
  execSync: (cp) => cp.execSync('echo a'),
  'execSync, text': (cp) => cp.execSync('echo a', { encoding: 'utf8' }),
  'execSync, a code': (cp) => cp.execSync(`${both('a')}; exit 3`, { stdio: 'pipe' }),
  'execSync, a signal': (cp) => cp.execSync('kill -KILL $$'),
  'execSync, a timeout': (cp) => cp.execSync('exec sleep 100', { timeout: 20 }),
  'execSync, no output': (cp) => cp.execSync('echo a', { stdio: 'ignore' }),
  'execSync, no such folder': (cp) => cp.execSync('true', { cwd: '/no' }),
  'execSync, no such shell': (cp) => cp.execSync('true', { shell: '/no/shell' }),
  execFileSync: (cp) => cp.execFileSync('echo', ['a', 'b']),
  'execFileSync, options': (cp) => cp.execFileSync('cat', { input: 'a', encoding: 'utf8' }),
  'execFileSync, a code': (cp) =>
    cp.execFileSync('sh', ['-c', `${both('a')}; exit 3`], { stdio: 'pipe', encoding: 'utf8' }),
  'execFileSync, no such program': (cp) => cp.execFileSync('no-such-program', ['a']),
  'execFileSync, a name': (cp) => cp.execFileSync('sh', ['-c', 'exit 3'], { argv0: 'x' } as never),
}

/** A program that sends each message back, until its channel is closed. */
const ECHO = `
  process.on('message', (message, handle) => {
    if (handle === undefined) process.send({ got: message })
    else if (handle.end) handle.end('from the child')
    else handle.close(() => process.send('closed'))
  })`

const FOREVER = 'setInterval(() => {}, 1e6)'
const apart = { silent: true, execArgv: [] }

function echo(cp: Module, options: Node.ForkOptions = {}): Node.ChildProcess {
  return cp.fork('-e', [ECHO], { silent: true, ...options })
}

/** Returns the answer to each message, and how the child ended. */
async function conversation(child: Node.ChildProcess, ...messages: unknown[]): Promise<unknown> {
  const answers: unknown[] = []
  for (const message of messages) {
    const answer = once(child, 'message')
    const sent = await new Promise((resolve) => child.send(message as object, resolve))
    answers.push(sent, await answer)
  }
  const exit = once(child, 'exit')
  child.disconnect()
  return { answers, connected: child.connected, exit: await exit }
}

export const forks: Record<string, Case> = {
  messages: (cp) => conversation(echo(cp), 1, 'text', null, { a: [1, { b: 2 }] }, 'x'.repeat(100_000)),
  'advanced messages': (cp) => {
    const circle: Record<string, unknown> = {
      map: new Map([[1, new Set([2])]]),
      big: 1n,
      date: new Date(0),
      none: undefined,
    }
    circle['self'] = circle
    return conversation(
      echo(cp, { serialization: 'advanced' }),
      { big: 1n },
      [undefined],
      new Uint8Array([1, 2]),
      new Error('x'),
    ).then(async (told) => {
      const child = echo(cp, { serialization: 'advanced' })
      child.send(circle)
      const [{ got }] = (await once(child, 'message')) as [{ got: typeof circle }]
      child.kill()
      return [told, got['self'] === got, got['map'] instanceof Map, got['big'], got['none']]
    })
  },
  'args, execArgv, environment and output': (cp) =>
    cp.fork('-p', ['JSON.stringify([process.execArgv, process.env.A, process.argv.slice(1)])', 'x'], {
      execArgv: ['--no-warnings'],
      env: { A: '1' },
      silent: true,
    }),
  'a channel at another place': (cp) =>
    conversation(echo(cp, { stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'ignore', 'ipc'] }), 'through fd 5'),
  'no channel': (cp) => cp.fork('x', { stdio: ['ignore', 'ignore', 'ignore'] }),
  'wrong messages': async (cp) => {
    const child = echo(cp)
    const tried = [undefined, Symbol('x'), () => {}, 1n].map((message) => {
      try {
        return child.send(message as never)
      } catch (error) {
        return String(error)
      }
    })
    // An error event makes once() fail.
    const exit = new Promise((resolve) => child.once('exit', (...how) => resolve(how)))
    child.disconnect()
    const late = await new Promise((resolve) => child.send('late', resolve))
    const event = new Promise((resolve) => child.once('error', resolve))
    return { tried, late, sent: child.send('late'), event: await event, exit: await exit }
  },
  'a server': async (cp) => {
    const child = echo(cp)
    const server = net.createServer().listen(0)
    await once(server, 'listening')
    const answer = once(child, 'message')
    child.send('a server', server)
    const told = await answer
    server.close()
    child.disconnect()
    return { told, exit: await once(child, 'exit') }
  },
  'a socket': async (cp) => {
    const child = echo(cp)
    const server = net.createServer((socket) => child.send('a socket', socket)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    let text = ''
    for await (const chunk of net.connect(port, '127.0.0.1')) text += String(chunk)
    server.close()
    child.disconnect()
    return { text, exit: await once(child, 'exit') }
  },
  'process.disconnect() and an exit': async (cp) => {
    const child = cp.fork('-e', ['process.send(1, () => { process.disconnect(); process.exitCode = 7 })'])
    const told = [once(child, 'message'), once(child, 'disconnect'), once(child, 'exit')]
    return Promise.all(told)
  },
  // Without the flags of the process, which differ between those that are compared.
  'a timeout': (cp) => cp.fork('-e', [FOREVER], { ...apart, timeout: 20, killSignal: 'SIGKILL' }),
  'a signal that has aborted': (cp) =>
    cp.fork('-e', [FOREVER], { ...apart, signal: AbortSignal.abort(), killSignal: 'SIGKILL' }),
  'no such program': (cp) => cp.fork('x', [], { execPath: '/no/node', ...apart }),
}
