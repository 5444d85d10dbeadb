import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { SharedChild, spawn } from 'shared-child'

const child = await SharedChild.spawn(process.execPath, ['-e', 'process.exit(7)'])
assert.equal((await child.wait()).code, 7)
assert.equal(typeof spawn, 'function')

// One package, whichever way it is loaded: the same names, and the same values behind them.
const commonjs = createRequire(import.meta.url)('shared-child')
assert.deepEqual({ ...(await import('shared-child')) }, { ...commonjs })
