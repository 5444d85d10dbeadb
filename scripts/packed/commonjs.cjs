const assert = require('node:assert/strict')
const { SharedChild, spawn } = require('shared-child')
const { NativeChild } = require('shared-child/native')

async function main() {
  const child = await spawn(process.execPath, ['-p', '6 * 7'])
  assert.ok(child instanceof SharedChild)
  const { status, stdout } = await child.output()
  assert.equal(status.code, 0)
  assert.equal(stdout.trim(), '42')

  const echo = await spawn(process.execPath, ['-e', 'process.stdin.pipe(process.stdout)'])
  echo.stdin.end('through two pipes')
  let text = ''
  for await (const chunk of echo.stdout) text += chunk
  assert.equal(text, 'through two pipes')
  assert.equal((await echo.wait()).success, true)

  assert.equal(typeof NativeChild, 'function')
  assert.equal(require('shared-child/package.json').name, 'shared-child')
}

void main()
