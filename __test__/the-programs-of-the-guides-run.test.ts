import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
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

/** The JavaScript of the section about quitting. */
function quittingInElectron(): string {
  const section = /^## Quitting\n([^]*?)^## /m.exec(readFileSync(join(root, 'docs', 'electron.md'), 'utf8'))?.[1] ?? ''
  return [...section.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code).join('')
}

testUnless(noDocs || isWindows, 'what the guide to Electron does before the app quits ends the tree of a job', (t) => {
  const file = join(temporaryDirectory(t), 'main.mjs')
  // The app emits its event as Electron's does. In Electron itself, examples/electron does the same as the guide.
  writeFileSync(
    file,
    `
      import { EventEmitter } from 'node:events'
      import shared from ${JSON.stringify(join(root, 'dist', 'index.js'))}
      const { spawn } = shared
      const [program, args] = ['sh', ['-c', 'sleep 1000 & wait']]
      const children = new Set()
      const app = Object.assign(new EventEmitter(), {
        quit() {
          const event = { defaultPrevented: false, preventDefault: () => void (event.defaultPrevented = true) }
          app.emit('before-quit', event)
          if (!event.defaultPrevented) app.emit('quit')
        },
      })
      ${quittingInElectron()}
      app.on('quit', async () => {
        const { signal, cause } = await job.wait()
        console.log(signal, cause, children.size, await job.waitGroup({ timeout: 0 }))
      })
      app.quit()
    `,
  )
  const said = execFileSync(process.execPath, [file], { encoding: 'utf8' })
  t.is(said, 'SIGTERM terminate 0 true\n')
})

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
    ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
  ]) {
    const file = join(root, guide)
    for (const [, link = ''] of readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      t.true(existsSync(join(dirname(file), link)), `${guide}: ${link}`)
    }
  }
})
