import { execFileSync, spawnSync } from 'node:child_process'
import { execPath } from 'node:process'
import test from 'ava'
import { isWindows, testUnless } from './support/skip.js'

const register = ['--import', 'shared-child/register']

/** Whether the spawn() of each kind of import is ours. */
const look = `
  import named, { spawn } from 'node:child_process'
  import { spawn as bare } from 'child_process'
  import { createRequire } from 'node:module'
  const require = createRequire(process.cwd() + '/')
  const ours = require('shared-child/child_process').spawn
  const seen = [named.spawn, spawn, bare, require('child_process').spawn, require('node:child_process').spawn]
  const answer = seen.map((each) => each === ours).join()`
const yes = 'true,true,true,true,true\n'

test('for named and default imports and for require, with and without `node:`', (t) => {
  const args = [...register, '--input-type=module', '-e', `${look}; console.log(answer)`]
  t.is(execFileSync(execPath, args, { encoding: 'utf8', timeout: 60_000 }), yes)
})

test('in a worker, too', (t) => {
  const inWorker = `${look}; (await import('node:worker_threads')).parentPort.postMessage(answer)`
  const script = `
    import { Worker } from 'node:worker_threads'
    const code = 'data:text/javascript,' + encodeURIComponent(${JSON.stringify(inWorker)})
    new Worker(new URL(code)).on('message', (answer) => console.log(answer))`
  t.is(
    execFileSync(execPath, [...register, '--input-type=module', '-e', script], { encoding: 'utf8', timeout: 60_000 }),
    yes,
  )
})

testUnless(isWindows && 'Node forks on Windows', 'for cluster, which Node loads later', (t) => {
  const script = `
    const cluster = require('node:cluster')
    const ours = require('shared-child/child_process')
    if (cluster.isPrimary) {
      cluster.setupPrimary({ exec: '/dev/null' })
      const { process: child } = cluster.fork()
      console.log(ours.sharedChild(child).pid === child.pid)
      child.kill('SIGKILL')
    }`
  t.is(execFileSync(execPath, [...register, '-e', script], { encoding: 'utf8', timeout: 60_000 }), 'true\n')
})

const elsewhere = `
  const file = require.resolve('shared-child/child_process')
  const look = 'console.log(require("node:child_process").spawn === require(process.argv[1]).spawn)'
  require('node:child_process').fork('-e', [look, file], { cwd: '/' })`

for (const [how, flags, options] of [
  ['-r', ['-r', 'shared-child/register'], ''],
  ['--require=', ['--require=shared-child/register'], ''],
  ['--import', register, ''],
  ['--import=', ['--import=shared-child/register'], ''],
  ['NODE_OPTIONS', [], '--no-warnings --import shared-child/register --require="shared-child/register"'],
] as const) {
  test.serial(`in a child that starts in another folder, by ${how}`, (t) => {
    const env = { ...process.env, NODE_OPTIONS: options }
    t.is(execFileSync(execPath, [...flags, '-e', elsewhere], { encoding: 'utf8', timeout: 60_000, env }), 'true\n')
  })
}

/** Wraps what nyc wraps to follow the children of a program. */
const follow = `
  const wrap = (owner) => {
    const { spawn } = owner
    owner.spawn = function (options) {
      options.envPairs = [...options.envPairs, 'ADDED_BY_A_TOOL=1']
      return spawn.call(this, options)
    }
  }
  wrap(require('node:child_process').ChildProcess.prototype)
  wrap(process.binding('spawn_sync'))`
const show = `
  const { spawn, execFileSync } = require('node:child_process')
  const command = [process.execPath, ['-p', 'process.env.ADDED_BY_A_TOOL + process.env.KEPT'], { stdio: 'inherit' }]
  execFileSync(...command)
  spawn(...command)`

for (const [when, script] of [
  ['before', `${follow}; require('shared-child/register'); ${show}`],
  ['after', `require('shared-child/register'); ${follow}; ${show}`],
] as const) {
  test.serial(`for a tool that follows children, as nyc does, loaded ${when} it`, (t) => {
    const env = { ...process.env, KEPT: '2' }
    t.is(execFileSync(execPath, ['-e', script], { encoding: 'utf8', timeout: 60_000, env }), '12\n12\n')
  })
}

const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
const run = (...args: string[]): { stdout: string; stderr: string } =>
  spawnSync(execPath, args, { encoding: 'utf8', timeout: 60_000 })
const print = `const { spawn, execFileSync } = require('node:child_process')
  console.log(spawn === require('shared-child/child_process').spawn, String(execFileSync(process.execPath, ['-p', '1'])))`
const warnings = (stderr: string): number => stderr.split('shared-child/register changes nothing').length - 1

test("with a permission model Node's own stay, and one warning says so", (t) => {
  const may = [flag, '--allow-fs-read=*', '--allow-addons', '--allow-child-process', '--allow-worker']
  const { stdout, stderr } = run(...may, ...register, ...register, '-e', print)
  t.is(stdout.trim(), 'false 1')
  t.is(warnings(stderr), 1, stderr)
  t.regex(stderr, /permission/)
})

test('where the inside of Node is another, too', (t) => {
  const script = `
    const { ChildProcess } = require('node:child_process')
    const known = ChildProcess.prototype.spawn
    // This imitates a Node whose JavaScript does not use the handle under a ChildProcess.
    ChildProcess.prototype.spawn = () => 0
    require('shared-child/register')
    ChildProcess.prototype.spawn = known
    ${print}`
  const { stdout, stderr } = run('-e', script)
  t.is(stdout.trim(), 'false 1', stderr)
  t.is(warnings(stderr), 1, stderr)
})
