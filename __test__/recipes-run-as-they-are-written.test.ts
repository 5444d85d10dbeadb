import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { run } from 'shared-child'
import { temporaryDirectory } from './support/files.js'
import { isWindows, missing, testUnless } from './support/skip.js'

const root = dirname(require.resolve('shared-child/package.json'))
const guide = join(root, 'docs', 'recipes.md')
// A copy of the repository for another platform may have the tests alone.
const noDocs = !existsSync(guide) && 'needs docs/'

interface Recipe {
  readonly title: string
  readonly program: string
  readonly printed: string
}

/** A heading, some words, a program, and what it prints. */
const recipes: Recipe[] = noDocs
  ? []
  : [
      ...readFileSync(guide, 'utf8').matchAll(
        /^## (.*)\n(?:(?!## |```).*\n)*```js\n([^]*?)^```\n\n```text\n([^]*?)^```$/gm,
      ),
    ].map(([, title = '', program = '', printed = '']) => ({ title, program, printed }))

/** Runs it as the module of a project that has this package installed. */
async function printedBy(t: ExecutionContext, program: string): Promise<string> {
  const project = temporaryDirectory(t)
  mkdirSync(join(project, 'node_modules'))
  symlinkSync(root, join(project, 'node_modules', 'shared-child'), 'junction')
  const file = join(project, 'recipe.mjs')
  writeFileSync(file, program)
  const { stdout } = await run(process.execPath, [file], { cwd: project, group: true, timeout: 120_000 })
  return stdout
}

testUnless(noDocs, 'every block of code in the guide is a recipe that this finds', (t) => {
  const blocks = readFileSync(guide, 'utf8').match(/^```\w+$/gm) ?? []
  t.true(recipes.length > 0)
  t.is(blocks.length, 2 * recipes.length)
  for (const { title } of recipes) t.true(readFileSync(guide, 'utf8').includes(`- [${title}](#`), `a link to: ${title}`)
})

for (const { title, program, printed } of recipes) {
  testUnless(isWindows || missing('sh', 'seq', 'grep', 'head'), title, async (t) => {
    t.is(await printedBy(t, program), printed)
  })
}
