import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { Bench, Subject } from '../bench.js'
import type { Samples } from '../measures/samples.js'
import { inCache, inRoot } from '../places.js'
import type { Metric } from '../results.js'
import type { Row } from './row.js'

export const LOAD: Metric = { key: 'load', name: 'time to load', unit: 'ms', better: 'less' }
export const SIZE: Metric = { key: 'size', name: 'size', unit: 'bytes', better: 'less' }
const ZIPPED: Metric = { key: 'zipped', name: 'compressed', unit: 'bytes', better: 'less' }

export const PLATFORM_PACKAGE = 'the package of this platform'

const run = promisify(execFile)

export const packageRow: Row = {
  name: 'package',
  about: 'How large is the package, and how long does it take to load?',
  async measure(bench) {
    await bench.compare(
      { row: 'package', case: 'load', metrics: [LOAD], reference: 'shared-child' },
      bench.pick(5, 31),
      [
        loaded('shared-child', 'shared-child'),
        loaded('child_process', 'node:child_process'),
        ...installed(bench, 'execa 9', inCache('execa-9', 'node_modules', 'execa', 'index.js')),
      ],
    )
    await bench.compare({ row: 'package', case: 'size', metrics: [SIZE, ZIPPED], reference: PLATFORM_PACKAGE }, 1, [
      sized(PLATFORM_PACKAGE, addon()),
      sized('the package of all platforms', wrapper()),
    ])
  },
}

/** Each sample is a process of its own: a module is loaded once. */
const loaded = (name: string, module: string): Subject => ({
  name,
  async measure() {
    const { stdout } = await run(process.execPath, [inRoot('build', 'bench', 'load.js'), module])
    return JSON.parse(stdout) as Samples
  },
})

const installed = (bench: Bench, peer: 'execa 9', module: string): Subject[] =>
  bench.among(peer).map((name) => loaded(name, module))

const sized = (name: string, files: readonly string[]): Subject => ({
  name,
  measure() {
    const contents = files.map((file) => readFileSync(file))
    const sum = (lengths: readonly number[]): number => lengths.reduce((all, length) => all + length, 0)
    return Promise.resolve({
      size: [sum(contents.map(({ length }) => length))],
      zipped: [sum(contents.map((content) => gzipSync(content).length))],
    })
  },
})

/** As it is published, if `npm run prebuild` has made that here; else as it was built to be tried. */
function addon(): string[] {
  const here = readdirSync(inRoot()).filter((name) => name.endsWith('.node'))
  return here.map((name) => [inRoot('artifacts', name), inRoot(name)].find((file) => existsSync(file))!)
}

function wrapper(): string[] {
  const dist = readdirSync(inRoot('dist'), { recursive: true, encoding: 'utf8' }).map((name) => inRoot('dist', name))
  const published = dist.filter((file) => /\.(?:js|mjs|d\.ts|d\.mts)$/.test(file))
  return [...published, inRoot('index.js'), inRoot('index.d.ts')].filter((file) => statSync(join(file)).isFile())
}
