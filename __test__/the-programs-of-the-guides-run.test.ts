import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryDirectory } from './support/files.js'
import { isWindows, testUnless } from './support/skip.js'

const root = dirname(require.resolve('shared-child/package.json'))
// A copy of the repository for another platform may contain only the tests.
const noDocs = !existsSync(join(root, 'docs')) && 'needs docs/'
const migrating = noDocs ? '' : readFileSync(join(root, 'docs', 'migrating.md'), 'utf8')

/** The blocks of code that name a file in their first line. */
const programs = [...migrating.matchAll(/^```js\n\/\/ (\S+)\n([^]*?)^```$/gm)].map(([, name = '', code = '']) => ({
  name,
  code: code.replace("'shared-child'", JSON.stringify(root)),
}))

testUnless(
  noDocs || isWindows,
  'the program before a migration and the one after it fail alike when their time is up',
  (t) => {
    t.deepEqual(
      programs.map(({ name }) => name),
      ['before.cjs', 'after.cjs'],
    )
    for (const { name, code } of programs) {
      const file = join(temporaryDirectory(t), name)
      writeFileSync(file, code)
      const said = execFileSync(process.execPath, [file], { encoding: 'utf8' })
      t.regex(said, /^failed: .*300 ms/, name)
    }
  },
)

const examples = join(root, 'examples', 'migration')

testUnless(
  isWindows || (!existsSync(examples) && 'needs examples/'),
  'the longer program prints the same before its migration and after it',
  (t) => {
    const [before, after] = ['before.cjs', 'after.cjs'].map((name) =>
      execFileSync(process.execPath, [join(examples, name)], { encoding: 'utf8' }),
    )
    t.regex(before ?? '', /failed: timeout after 500 ms\nthe worker says 6\n1 of 3 tasks succeeded\n$/)
    t.is(after, before)
  },
)

testUnless(noDocs, 'what the guides link to is there', (t) => {
  for (const guide of [
    'README.md',
    'CONTRIBUTING.md',
    ...['architecture', 'bundlers', 'migrating', 'recipes', 'troubleshooting'].map((name) => `docs/${name}.md`),
  ]) {
    const file = join(root, guide)
    for (const [, link = ''] of readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      t.true(existsSync(join(dirname(file), link)), `${guide}: ${link}`)
    }
  }
})
