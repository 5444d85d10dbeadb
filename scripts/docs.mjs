// npm run docs writes docs/api.md, the reference, from the doc comments that tsc has put into dist/.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { done, runMain, Trouble } from './lib/console.mjs'
import { inRoot, root } from './lib/project.mjs'
import { setup } from './setup.mjs'

/**
 * The compiler's own parser. Its interface may change with any release: package.json names one, and `npm run check` compares the result.
 * @typedef {import('typescript/unstable/ast').Node} Node
 * @typedef {import('typescript/unstable/ast').SourceFile} SourceFile
 * @typedef {Node & { name?: Node, members?: Iterable<Node> }} Declaration
 *
 * @typedef {object} Entry
 * @property {string} title
 * @property {string[]} signatures
 * @property {string} text
 * @property {Entry[]} [members]
 */

const file = inRoot('docs', 'api.md')

/** Returns the anchor that GitHub gives to a heading. @param {string} heading */
const anchor = (heading) => heading.toLowerCase().replaceAll(/[^\w-]/g, '')

/** Returns the link for a {@link}, to a type or to a static member of the class. @param {string} target */
const link = (target) => `[\`${target}\`](#${anchor(target)})`

/**
 * Returns the doc comment of a declaration as Markdown.
 * @param {Node} node
 * @param {SourceFile} source
 */
function comment(node, source) {
  const doc = node.jsDoc?.at(-1)
  if (doc === undefined) return ''
  const lines = doc.getText(source).split('\n')
  const text = lines.map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\*) ?/, '').replace(/\s*\*\/$/, '')).join('\n')
  return text
    .replaceAll(/\{@link ([\w.]+)\}/g, (_, /** @type {string} */ target) => link(target))
    .replaceAll(/^@param (\w+) /gm, '- `$1`: ')
    .trim()
}

/**
 * Returns a signature on one line.
 * @param {Node} node
 * @param {SourceFile} source
 */
const signature = (node, source) =>
  node
    .getText(source)
    .replace(/^export (?:declare )?/, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/;$/, '')

/**
 * Returns the declarations that have a name, each with a comment; overloads are one entry.
 * @param {Iterable<Node>} nodes
 * @param {SourceFile} source
 * @returns {Entry[]}
 */
function entries(nodes, source) {
  /** @type {Map<string, Entry>} */
  const found = new Map()
  for (const node of nodes) {
    const { name, members } = /** @type {Declaration} */ (node)
    const title = name?.getText(source)
    if (title === undefined || title.startsWith('#')) continue
    const text = comment(node, source)
    const entry = found.get(title) ?? { title, signatures: [], text, members: members && entries(members, source) }
    if (entry.text === '') throw new Trouble(`Expected a doc comment on ${title}`)
    entry.signatures.push(signature(node, source))
    found.set(title, entry)
  }
  return [...found.values()]
}

/** @param {readonly string[]} lines */
const code = (lines) => ['```ts', ...lines, '```'].join('\n')

/** Describes a member of the class, with the class's name or `child` before it. @param {Entry} entry */
function member({ title, signatures, text }) {
  const [first = ''] = signatures
  const owner = first.startsWith('static ') ? 'SharedChild' : 'child'
  const path = title.startsWith('[') ? `${owner}${title}` : `${owner}.${title}`
  return [`### ${path}${first.startsWith('get ') ? '' : '()'}`, code(signatures), text]
}

/** @param {Entry} entry */
const field = ({ signatures, text }) => [`**\`${signatures.join('; ')}\`**`, text]

/** Describes an interface field by field, and an alias as it is written. @param {Entry} entry */
const type = ({ title, signatures, text, members }) =>
  members === undefined ? [`## ${title}`, code(signatures), text] : [`## ${title}`, text, ...members.flatMap(field)]

/** @param {(name: string) => Entry[]} read a declaration file of dist/ */
function reference(read) {
  /** @param {string} name of a file that declares one thing */
  const only = (name) => {
    const [entry, ...others] = read(name)
    if (entry === undefined || others.length > 0) throw new Trouble(`Expected one declaration in ${name}`)
    return { members: [], ...entry }
  }
  const [shared, ...besides] = read('shared-child.d.ts')
  if (shared === undefined) throw new Trouble('Expected a class in shared-child.d.ts')
  const run = only('run.d.ts')
  const error = only('command-error.d.ts')
  const types = [...besides, ...read('types.d.ts')]
  const list = types.map(({ title }) => `[\`${title}\`](#${anchor(title)})`).join(', ')
  const parts = [
    '# API',
    '<!-- Written by `npm run docs` from the doc comments in lib/: change those. -->',
    code(["import { run, spawn, CommandError, SharedChild } from 'shared-child'"]),
    `\`spawn\` is ${link('SharedChild.spawn')} by a shorter name. Types: ${list}.`,
    `## ${run.title}()`,
    code(run.signatures),
    run.text,
    `## ${error.title}`,
    error.text,
    ...error.members.flatMap(field),
    `## ${shared.title}`,
    shared.text,
    ...(shared.members ?? []).flatMap(member),
    ...types.flatMap(type),
  ]
  return `${parts.join('\n\n')}\n`
}

/** The reference as it should be. */
export async function apiReference() {
  const { API } = await import('typescript/unstable/sync')
  const api = new API({ cwd: root })
  try {
    const entry = inRoot('dist', 'index.d.ts')
    const project = api.updateSnapshot({ openFiles: [entry] }).getDefaultProjectForFile(entry)
    return reference((name) => {
      const source = project?.program.getSourceFile(inRoot('dist', name))
      if (source === undefined) throw new Trouble(`Expected dist/${name}`)
      return entries(source.statements, source)
    })
  } finally {
    api.close()
  }
}

/** Whether docs/api.md says what the comments say. */
export async function isDocumented() {
  return existsSync(file) && readFileSync(file, 'utf8') === (await apiReference())
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  runMain(async () => {
    await setup()
    const start = performance.now()
    writeFileSync(file, await apiReference())
    done('docs/api.md', performance.now() - start)
  })
}
