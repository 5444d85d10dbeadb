import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { run, SharedChild, spawn } from 'shared-child'

const child = await SharedChild.spawn(process.execPath, ['-e', 'process.exit(7)'])
assert.equal((await child.wait()).code, 7)
assert.equal(typeof spawn, 'function')
assert.equal((await run(process.execPath, ['-p', '1 + 1'])).stdout, '2\n')

// The package has the same names and values in whichever way it is loaded.
const commonjs = createRequire(import.meta.url)('shared-child')
assert.ok(child instanceof commonjs.SharedChild)
assert.deepEqual({ ...(await import('shared-child')) }, { ...commonjs })
