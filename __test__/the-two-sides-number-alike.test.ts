import fs from 'node:fs'
import path from 'node:path'
import { testUnless } from './support/skip.js'

/** The constants of a file, by name. */
function constantsOf(file: string): Record<string, number> {
  const lines = fs
    .readFileSync(path.resolve(file), 'utf8')
    .matchAll(/^(?:pub |export )?const (\w+)(?:: \w+)? = ([-\d.]+);?$/gm)
  return Object.fromEntries(Array.from(lines, ([, name, value]) => [name, Number(value)]))
}

const withoutSources = !fs.existsSync('src') && 'needs the sources'

testUnless(
  withoutSources,
  'what crosses between Rust and TypeScript has the same names and numbers on both sides',
  (t) => {
    const { HEADER, ...typescript } = constantsOf('lib/records.ts')
    t.is(HEADER, 5)
    t.true(Object.keys(typescript).length > 15)
    t.deepEqual(typescript, constantsOf('src/binding/records.rs'))
  },
)
