import { promisify } from 'node:util'
// What a user of shared-child/child_process may write, and what the compiler has to refuse. It is compiled, and never run.
import { exec, execFile, spawn, fork } from 'shared-child/child_process'
exec('x', { group: true, killGrace: 5 }, (_error, out, err) => {
  out.trim()
  err.trim()
})
exec('x', { group: 'contain', encoding: 'buffer' }, (_error, out) => {
  out.readInt8(0)
})
execFile('x', ['a'], { killOnParentExit: true, timeout: 5 }, (_error, out) => {
  out.trim()
})
execFile('x', { group: true })
exec('x', (_error, out) => {
  out.trim()
})
exec('x', { timeout: 5 }, (_error, out) => {
  out.trim()
})
execFile('x', ['a'], (_error, out) => {
  out.trim()
})
spawn('x', [], { group: true })
fork('x', [], { group: true })
async function f() {
  const a = await promisify(exec)('x', { group: true })
  a.stdout.trim()
  const b = await promisify(execFile)('x', ['a'], { group: true, encoding: 'buffer' })
  b.stdout.readInt8(0)
  const c = await promisify(execFile)('x', ['a'])
  c.stdout.trim()
  const p = promisify(execFile)('x', ['a'], { killGrace: 1 })
  p.child.unref()
  ;(await p).stdout.trim()
  const d = await promisify(exec)('x')
  d.stdout.trim()
}
// @ts-expect-error
exec('x', { grup: true })
// @ts-expect-error
execFile('x', [], { killGrace: 'x' })
void f
