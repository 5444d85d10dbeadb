import { spawn as nodeSpawn, type StdioOptions } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import test from 'ava'
import { SharedChild, type Stdio } from 'shared-child'
import { killAtEnd } from './support/children.js'
import { temporaryDirectory } from './support/files.js'
import { notLinux, testUnless } from './support/skip.js'

/** For each stdio: which entries are streams. */
const shapes: Record<string, Stdio | readonly Stdio[]> = {
  "'pipe'": 'pipe',
  "'ignore'": 'ignore',
  "'inherit'": 'inherit',
  'an empty list': [],
  'a short list': ['ignore'],
  'null and undefined are pipes': [null, undefined, null],
  'each its own': ['pipe', 'ignore', 'inherit'],
  'a number': ['ignore', 1, 2],
  '{ fd }': ['ignore', { fd: 1 }, 'pipe'],
  'more than three': ['ignore', 'pipe', 'ignore', 'pipe', 'ignore', 'pipe'],
  'null and undefined above 2 are nothing': ['ignore', 'ignore', 'ignore', null, undefined, 'pipe'],
}

for (const [name, stdio] of Object.entries(shapes)) {
  test.serial(`${name}: the same entries are streams`, async (t) => {
    const child = killAtEnd(t, await SharedChild.spawn('sleep', ['1000'], { stdio }))
    const theirs = nodeSpawn('sleep', ['1000'], { stdio: nodeStdio(stdio) })
    t.teardown(() => theirs.kill('SIGKILL'))
    t.deepEqual(child.stdio.map(Boolean), theirs.stdio.map(Boolean))
    t.deepEqual([child.stdin, child.stdout, child.stderr].map(Boolean), child.stdio.slice(0, 3).map(Boolean))
  })
}

/** child_process has no { fd }. */
function nodeStdio(stdio: Stdio | readonly Stdio[]): StdioOptions {
  const one = (entry: Stdio): unknown => (typeof entry === 'object' && entry !== null ? entry.fd : entry)
  return (Array.isArray(stdio) ? stdio.map(one) : stdio) as StdioOptions
}

testUnless(notLinux, 'what the child finds behind its fds is the same too', async (t) => {
  const directory = temporaryDirectory(t)
  const file = fs.openSync(path.join(directory, 'opened'), 'w+')
  t.teardown(() => fs.closeSync(file))
  const report = path.join(directory, 'report')
  // Pipes are pipes here and sockets there, so only other entries can be compared.
  const list = `ls -l /proc/self/fd | sed -n 's/^.* \\([0-9]* -> .*\\)$/\\1/p' | sed 's/\\(pipe\\|socket\\):.*/stream/' > ${report}`
  const seen = (): string[] =>
    fs
      .readFileSync(report, 'utf8')
      .split('\n')
      .filter((line) => /^\d+ -> /.test(line) && !line.includes('/proc/'))
      // child_process also passes on fds that the parent of this process left inheritable.
      .filter((line) => Number.parseInt(line, 10) < 10)

  for (const stdio of [
    'pipe',
    'ignore',
    ['ignore', 'ignore', 'ignore', 'pipe'],
    ['pipe', file, 'pipe', 'ignore', file],
    [file, file, file, file],
    ['ignore', 'inherit', 'inherit', 'ignore', 'ignore', 'pipe', 'inherit'.length === 7 ? file : file],
  ] as const) {
    await new Promise((resolve) => nodeSpawn('sh', ['-c', list], { stdio: nodeStdio(stdio) }).once('exit', resolve))
    const theirs = seen()
    const child = killAtEnd(t, await SharedChild.spawn('sh', ['-c', list], { stdio }))
    t.is((await child.wait()).code, 0)
    t.deepEqual(seen(), theirs, JSON.stringify(stdio))
  }
})
