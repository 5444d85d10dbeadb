import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type Esbuild from 'esbuild'
import { run } from 'shared-child'
import { temporaryDirectory } from './support/files.js'
import { isWindows, missing, testUnless } from './support/skip.js'

const root = dirname(require.resolve('shared-child/package.json'))
const guide = join(root, 'docs', 'recipes.md')
// A copy of the repository for another platform may contain only the tests.
const noDocs = !existsSync(guide) && 'needs docs/'

interface Recipe {
  readonly title: string
  readonly program: string
  readonly printed: string
}

/** A recipe has a heading, some text, a program, and what the program prints. */
const recipes: Recipe[] = noDocs
  ? []
  : [
      ...readFileSync(guide, 'utf8').matchAll(
        /^## (.*)\n(?:(?!## |```).*\n)*```js\n([^]*?)^```\n\n```text\n([^]*?)^```$/gm,
      ),
    ].map(([, title = '', program = '', printed = '']) => ({ title, program, printed }))

/** Runs a module of a project that has this package installed, and these files; `before` makes the rest. */
async function printedBy(t: ExecutionContext, program: string, files = {}, before = 'true'): Promise<string> {
  const project = temporaryDirectory(t)
  mkdirSync(join(project, 'node_modules'))
  symlinkSync(root, join(project, 'node_modules', 'shared-child'), 'junction')
  for (const [name, text] of Object.entries<string>({ ...files, 'program.mjs': program })) {
    writeFileSync(join(project, name), text)
  }
  const options = { cwd: project, group: true, timeout: 120_000 }
  await run(before, { ...options, shell: true })
  return (await run(process.execPath, ['program.mjs'], options)).stdout
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

/** The files that the programs of README.md need beside them. */
const project = {
  'package.json': JSON.stringify({ type: 'module', scripts: { dev: 'sleep 1000' } }),
  'server.js': 'setInterval(() => {}, 1000)',
  Makefile: 'all:\n\t@echo made\n',
}

const history = 'git init -q && git -c user.name=a -c user.email=a@b.c commit -q --allow-empty -m first'

testUnless(noDocs || isWindows || missing('git', 'make', 'npm'), 'the programs of README.md', async (t) => {
  // Not every Node supports `await using` yet.
  const { transformSync } = require('esbuild') as typeof Esbuild
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const programs = [...readme.matchAll(/^```ts\n(import [^]*?|\/\/ worker\.js\n[^]*?)^```$/gm)].map(
    ([, code = '']) => transformSync(code, { loader: 'ts', format: 'esm', target: 'es2022' }).code,
  )
  t.is(programs.length, 2)
  const [first = '', worker = ''] = programs
  const printed = await printedBy(t, first, { ...project, 'worker.js': worker }, history)
  t.regex(printed, /^still running$/m)
  t.regex(printed, /signal: 'SIGTERM',\s+cause: 'kill',\s+success: false/)
  t.regex(printed, /^made$/m)
  t.regex(printed, /^seen by the worker: SIGTERM$/m)
})
