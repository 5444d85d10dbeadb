import { execFileSync } from 'node:child_process'
import * as nodes from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { promisify } from 'node:util'
import test from 'ava'
import { SharedChild } from 'shared-child'
import * as ours from 'shared-child/child_process'
import { isWindows, testUnless } from './support/skip.js'
import { end, scriptOfATree } from './support/tree.js'

test('every export of node:child_process is there', (t) => {
  for (const name of Object.keys(nodes)) t.true(name === 'default' || name in ours, name)
})

test('a child is a ChildProcess, with its pid at once, its output and its exit', async (t) => {
  const child = ours.spawn(execPath, ['-p', '1 + 1'])
  t.true(child instanceof nodes.ChildProcess)
  t.is(typeof child.pid, 'number')
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  t.deepEqual(await once(child, 'close'), [0, null])
  t.is(text.trim(), '2')
})

test('a missing program is an error event in the shape of Node', async (t) => {
  const child = ours.spawn('no-such-program', ['x'])
  const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException]
  t.like(error, { code: 'ENOENT', syscall: 'spawn no-such-program', path: 'no-such-program', spawnargs: ['x'] })
})

test('a forked child talks', async (t) => {
  const child = ours.fork('-e', ["process.on('message', (m) => { process.send(m + 1, () => process.disconnect()) })"])
  // Both may come in one turn.
  const exit = once(child, 'exit')
  child.send(41)
  t.deepEqual((await once(child, 'message'))[0], 42)
  await exit
})

testUnless(isWindows && 'Node does it on Windows', 'spawnSync feeds and collects, and obeys its limits', (t) => {
  t.is(ours.spawnSync('cat', { input: 'x'.repeat(1e6), encoding: 'utf8' }).stdout.length, 1e6)
  t.is(ours.execSync('echo hello', { encoding: 'utf8' }), 'hello\n')
  const late = ours.spawnSync('sleep', ['100'], { timeout: 50 })
  t.is(late.signal, 'SIGTERM')
  t.is((late.error as NodeJS.ErrnoException).code, 'ETIMEDOUT')
  const large = ours.spawnSync('cat', ['/dev/zero'], { maxBuffer: 1000 })
  t.is((large.error as NodeJS.ErrnoException).code, 'ENOBUFS')
})

test('exec as a promise has its child, and its output on an error', async (t) => {
  const script = "console.log('out'); console.error('err'); process.exitCode = 3"
  const promise = promisify(ours.exec)(`"${execPath}" -e "${script}"`)
  t.is(typeof promise.child.pid, 'number')
  await t.throwsAsync(promise, { code: 3 as never })
  const error = (await promise.catch((reason: unknown) => reason)) as { stdout: string; stderr: string }
  t.deepEqual([error.stdout, error.stderr], ['out\n', 'err\n'])
})

testUnless(isWindows, 'an id of -1, which the kernel takes for no change, is refused', (t) => {
  for (const ids of [{ uid: -1 }, { gid: -1 }]) {
    t.throws(() => ours.spawn('true', ids), { code: 'EINVAL' })
    t.is((ours.spawnSync('true', ids).error as NodeJS.ErrnoException).code, 'EINVAL')
  }
})

test.serial('a tool that wraps ChildProcess.prototype.spawn() can read and change the environment', async (t) => {
  const { prototype } = nodes.ChildProcess as unknown as {
    prototype: { spawn(options: { envPairs: string[] }): number }
  }
  const original = Object.getOwnPropertyDescriptor(prototype, 'spawn')!
  t.teardown(() => Object.defineProperty(prototype, 'spawn', original))
  let seen = 0
  prototype.spawn = function (options) {
    seen = options.envPairs.length
    options.envPairs.push('ADDED_BY_A_TOOL=1')
    return Reflect.apply(original.value as typeof prototype.spawn, this, [options])
  }
  const child = ours.spawn(execPath, ['-p', 'process.env.ADDED_BY_A_TOOL'])
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(child, 'close')
  t.is(seen, Object.keys(process.env).length)
  t.is(text.trim(), '1')
})

test('a ChildProcess has its SharedChild, and a group ends as a whole', async (t) => {
  const child = ours.spawn(execPath, ['-e', scriptOfATree], { group: true, timeout: 600_000 })
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  const [, other = NaN] = line.toString().split(' ').map(Number)
  t.teardown(() => [child.pid!, other].forEach(end))
  const shared = ours.sharedChild(child)
  t.true(shared instanceof SharedChild)
  t.is(shared.pid, child.pid!)
  t.is(shared.containment, isWindows ? 'job' : 'group')
  const exit = once(child, 'exit')
  const status = await shared.terminate()
  t.is(status.cause, 'terminate')
  t.deepEqual(await exit, [status.code, status.signal])
  t.false(await shared.killGroup(0))
})

test('after the exit, a SharedChild tells how it ended before the process ends', (t) => {
  const script = `
    const { spawn, sharedChild } = require('shared-child/child_process')
    const child = spawn(process.execPath, ['-e', 'process.exit(3)'])
    child.on('close', () => sharedChild(child).wait().then(({ code }) => console.log(code)))`
  t.is(execFileSync(execPath, ['-e', script], { encoding: 'utf8' }), '3\n')
})

test('register puts them in place for CommonJS and ES modules', (t) => {
  const script = `import { spawn } from 'node:child_process'; import { createRequire } from 'node:module'
    const { spawn: ours } = createRequire(process.cwd() + '/')('shared-child/child_process')
    console.log(spawn === ours, createRequire('/')('child_process').spawn === ours)`
  const args = ['--import', 'shared-child/register', '--input-type=module', '-e', script]
  t.is(execFileSync(execPath, args, { encoding: 'utf8' }), 'true true\n')
})
