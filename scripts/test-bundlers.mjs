// npm run test:bundlers: docs/bundlers.md, done as it says. Each `###` section there is a build: its blocks of code are files, named by
// their first line, and commands. What the sections of the first part have built is run in an empty folder, where nothing can be found
// by accident. The bundlers are installed once, into .cache/tools/bundlers, and Bun into .cache/runtimes.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { Trouble } from './lib/console.mjs'
import { checks, checkVersions } from './lib/counts.mjs'
import { download, npmInstall } from './lib/npm-tools.mjs'
import { pack } from './lib/packages.mjs'
import { inRoot } from './lib/project.mjs'
import { attempt, npm } from './lib/run.mjs'
import { platformPackage } from './test-packed.mjs'
import { bunOfThisMachine } from './test-runtimes.mjs'

const dependencies = {
  '@rollup/plugin-commonjs': '29.0.3',
  '@rollup/plugin-node-resolve': '16.0.3',
  '@rspack/cli': '2.2.8',
  '@rspack/core': '2.3.3',
  '@vercel/ncc': '0.45.0',
  '@vercel/nft': '1.11.5',
  esbuild: '0.28.2',
  'node-loader': '2.1.0',
  postject: '1.0.0-alpha.6',
  rolldown: '1.3.2',
  rollup: '4.68.8',
  vite: '8.3.8',
  webpack: '5.112.2',
  'webpack-cli': '7.3.1',
}

/**
 * The tools of the table, whose versions it states.
 * @type {Record<string, keyof typeof dependencies>}
 */
const tabled = {
  esbuild: 'esbuild',
  webpack: 'webpack',
  Rspack: '@rspack/core',
  Rollup: 'rollup',
  Rolldown: 'rolldown',
  'Vite, SSR': 'vite',
  ncc: '@vercel/ncc',
  '@vercel/nft': '@vercel/nft',
}

const said = /^bundled true$/m

const forNode = "module.exports = { mode: 'production', target: 'node', entry: './app.mjs' }\n"

/** What the table says about tools without configuration: tool, command, its error, its configuration. */
const unconfigured = /** @type {const} */ ([
  [
    'esbuild',
    'esbuild app.mjs --bundle --platform=node --outdir=dist',
    /No loader is configured for "\.node" files/,
    {},
  ],
  ['webpack', 'webpack', /You may need an appropriate loader/, { 'webpack.config.cjs': forNode }],
  ['Rspack', 'rspack build', /You may need an appropriate loader/, { 'rspack.config.cjs': forNode }],
  ['Rollup', 'rollup app.mjs -p node-resolve -p commonjs -f cjs -d dist', /Unexpected character/, {}],
  ['Rolldown', 'rolldown app.mjs --platform node -d dist', /Could not load/, {}],
])

/**
 * @typedef {object} Section
 * @property {string} title
 * @property {boolean} alone is what it builds all that is needed?
 * @property {Record<string, string>} files
 * @property {string[]} commands the last of which runs what the others have built
 */

/**
 * @param {string} markdown
 * @returns {{ program: string, sections: Section[] }} the program that all of them build, and they
 */
function read(markdown) {
  let program = ''
  /** @type {Section[]} */
  const sections = []
  let alone = true
  /** @type {Section} */
  let section = { title: 'all', alone, files: {}, commands: [] }
  const tokens = /^##(#?) (.+)$|^```(\w+)\n([^]*?)^```$/gm
  for (const [, sub, title, language, code = ''] of markdown.matchAll(tokens)) {
    if (title !== undefined && sub === '') alone = title.startsWith('The output folder is all')
    else if (title !== undefined) sections.push((section = { title, alone, files: {}, commands: [] }))
    else if (language === 'sh') section.commands.push(...code.trim().split('\n'))
    else {
      const name = /^\/\/ (\S+)\n/.exec(code)?.[1]
      if (name === undefined) throw new Trouble(`Expected the name of a file in the first line of\n${code}`)
      const text = language === 'json' ? code.slice(code.indexOf('\n')) : code
      if (name === 'app.mjs') program = text
      else section.files[name] = text
    }
  }
  return { program, sections }
}

/**
 * A project that has installed the package as npm does, and the bundlers.
 * @param {string} tools the folder that has their node_modules
 */
async function makeProject(tools) {
  const project = mkdtempSync(join(tmpdir(), 'shared-child-bundlers-'))
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n')
  const packed = [await pack(inRoot(), project), await pack(await platformPackage(), project)]
  const tarballs = packed.map(({ tarball }) => tarball)
  await npm(['install', '--offline', '--no-audit', '--no-fund', ...tarballs], { cwd: project, quiet: true })
  for (const name of Object.keys(dependencies)) {
    const place = join(project, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(join(tools, 'node_modules', name), place, 'junction')
  }
  return project
}

/** @returns {Promise<import('./lib/counts.mjs').Counts>} */
export async function testBundlers() {
  const { check, counts, skip } = checks()
  if (process.platform === 'win32') {
    skip('bundlers', 'the commands of docs/bundlers.md are for a POSIX shell')
    return counts
  }
  const bun = bunOfThisMachine()
  /** @type {string} */
  let tools
  const path = [dirname(process.execPath), process.env.PATH]
  try {
    tools = await npmInstall('bundlers', dependencies)
    path.unshift(join(tools, 'node_modules', '.bin'))
    if (bun !== undefined) path.unshift(dirname(await download(bun)))
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    skip('bundlers', `they cannot be installed: ${error.message}`)
    return counts
  }
  const markdown = readFileSync(inRoot('docs', 'bundlers.md'), 'utf8')
  const { program, sections } = read(markdown)
  const project = await makeProject(tools)

  /** @type {(commands: string[], cwd: string) => ReturnType<typeof attempt>} */
  const shell = (commands, cwd) =>
    attempt('sh', ['-ec', commands.join('\n')], {
      cwd,
      quiet: true,
      env: { NO_COLOR: '1', PATH: path.join(delimiter) },
    })

  /** @type {(name: string, files: Record<string, string>, test: () => Promise<void>) => Promise<boolean>} */
  const build = (name, files, test) => {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text)
    return check(name, test).finally(() => {
      for (const file of ['dist', 'build', ...Object.keys(files)])
        rmSync(join(project, file), { recursive: true, force: true })
    })
  }

  try {
    const versions = Object.entries(tabled).map(([tool, name]) => [tool, dependencies[name]])
    await checkVersions(check, markdown, Object.fromEntries(versions))
    for (const [tool, command, says, files] of unconfigured) {
      const name = `${tool}, with no configuration: fails as the table says`
      await build(name, { ...files, 'app.mjs': program }, async () => {
        const { ok, output } = await shell([command], project)
        if (ok || !says.test(output)) throw new Trouble(output)
      })
    }
    for (const { title, alone, files, commands } of sections) {
      if (bun === undefined && title.startsWith('bun ')) {
        skip(title, 'there is no Bun for this machine')
        continue
      }
      await build(title, { 'app.mjs': program, ...files }, async () => {
        const built = await shell(commands.slice(0, -1), project)
        if (!built.ok) throw new Trouble(`${built.how}\n${built.output}`)
        const place = alone ? mkdtempSync(join(tmpdir(), 'shared-child-bundle-')) : project
        if (alone) cpSync(join(project, 'dist'), join(place, 'dist'), { recursive: true })
        const ran = await shell(commands.slice(-1), place)
        if (alone) rmSync(place, { recursive: true, force: true })
        if (!ran.ok || !said.test(ran.output)) throw new Trouble(`${ran.how}\n${ran.output}`)
      })
    }
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
  return counts
}
