import { spawnSync } from 'node:child_process'
import { execPath, platform } from 'node:process'
import test from 'ava'

const shell = platform === 'win32' ? 'sh' : '/bin/sh'

/** Returns the stderr of a program that passes args to a shell several times (DEP0190), and reads `_channel` (DEP0129). */
function warnings(module: string, ...flags: string[]): string {
  const script = `
    const cp = require('${module}')
    cp.spawnSync('true', ['a'], { shell: true })
    cp.spawnSync('true', ['a'], { shell: true })
    cp.spawn('true', ['a'], { shell: '${shell}' })
    cp.execFileSync('true', ['a'], { shell: true })
    cp.execFile('true', ['a'], { shell: true }, () => {
      const child = cp.fork('-e', ['0'], { execArgv: [] })
      child._channel
      child._channel
    })`
  const { stderr, status } = spawnSync(execPath, [...flags, '-e', script], { encoding: 'utf8', timeout: 60_000 })
  return `${status} ${stderr.replaceAll(/\(node:\d+\)/g, '(node:pid)')}`
}

test('the same warnings, with the same codes, each once', (t) => {
  const nodes = warnings('node:child_process')
  t.regex(nodes, /^0 .*DeprecationWarning/s)
  t.is(warnings('shared-child/child_process'), nodes)
  t.is(warnings('node:child_process', '--require', 'shared-child/register'), nodes)
})

test('and none where they are turned off', (t) => {
  t.is(warnings('shared-child/child_process', '--no-deprecation'), '0 ')
})
