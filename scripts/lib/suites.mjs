// Gets the test suites of packages that are built on child_process: each from its repository at a tag, with what it needs from
// npm, in .cache/peers. A copy that already exists is used as it is.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { clone } from './clone.mjs'
import { doing } from './console.mjs'
import { cache } from './project.mjs'
import { attempt, npm } from './run.mjs'

/**
 * @typedef {object} Suite
 * @property {string} repository its owner and name
 * @property {string} tag
 * @property {string[]} needs from npm, beside its dependencies
 * @property {string[]} [workspaces] the packages of the repository that take part
 * @property {string} [folder] in the repository, where the tests run
 * @property {string[]} command for Node
 * @property {(output: string) => Map<string, boolean>} read which tests have passed
 * @property {(test: string, folder: string) => string[]} [choose] the arguments that make the command run only this test
 */

/**
 * @param {[title: string, passing: boolean][]} results of which some may have the same title: all of these have to pass
 */
function collect(results) {
  /** @type {Map<string, boolean>} */
  const all = new Map()
  for (const [title, passing] of results) all.set(title, passing && all.get(title) !== false)
  return all
}

/** What jest prints with --json. @type {Suite['read']} */
function readJest(output) {
  const line = output.split('\n').find((each) => each.startsWith('{"num'))
  const { testResults } = JSON.parse(line ?? '{"testResults":[]}')
  /** @type {{ fullName: string, status: string }[]} */
  const tests = testResults.flatMap((/** @type {{ assertionResults: unknown }} */ file) => file.assertionResults)
  return collect(
    tests
      .filter(({ status }) => status !== 'pending' && status !== 'todo')
      .map(({ fullName, status }) => [fullName, status === 'passed']),
  )
}

/** The Test Anything Protocol, of ava and of Node's own runner. @type {Suite['read']} */
const readTap = (output) =>
  collect([...output.matchAll(/^ *(not )?ok \d+ - (.*)$/gm)].map(([, not, title = '']) => [title, not === undefined]))

/** @type {NonNullable<Suite['choose']>} */
const chooseInJest = (test) => ['--testNamePattern', `^${test.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')}$`]

/** The title of a test starts with the path of its file, without `test`. @type {NonNullable<Suite['choose']>} */
function chooseInAva(test, folder) {
  const words = test.split(' › ')
  const fileOf = (/** @type {number} */ count) => `${join('test', ...words.slice(0, count))}.js`
  const count = words.findLastIndex((_, i) => existsSync(join(folder, fileOf(i))))
  // An exclamation mark at the beginning would mean all other tests.
  const title = words.slice(count).join(' › ').replace(/^!/, '*')
  return [fileOf(count), `--match=${title}`]
}

/** @type {Record<string, Suite>} */
export const suites = {
  'cross-spawn': {
    repository: 'moxystudio/node-cross-spawn',
    tag: 'v7.0.6',
    needs: ['jest@29', 'mkdirp@0.5', 'rimraf@3'],
    command: ['node_modules/jest/bin/jest.js', '--runInBand', '--json', '--env', 'node', '--transform', '{}'],
    read: readJest,
    choose: chooseInJest,
  },
  execa: {
    repository: 'sindresorhus/execa',
    tag: 'v10.0.1',
    needs: [
      'ava@7',
      'get-node@15',
      'is-in-ci@2',
      'is-running@2',
      'log-process-errors@12',
      'path-exists@5',
      'path-key@4',
      'tempfile@6',
    ],
    command: ['node_modules/ava/entrypoints/cli.mjs', '--concurrency=2', '--tap'],
    read: readTap,
    choose: chooseInAva,
  },
  'nano-spawn': {
    repository: 'sindresorhus/nano-spawn',
    tag: 'v0.1.0',
    needs: ['ava@7', 'get-node@15', 'path-key@4', 'tempy@3', 'yoctocolors@2'],
    command: ['node_modules/ava/entrypoints/cli.mjs', '--tap'],
    read: readTap,
    choose: chooseInAva,
  },
  // Only those tests that run git: the others themselves replace child_process.
  'simple-git': {
    repository: 'steveukx/git-js',
    tag: 'simple-git@3.36.0',
    needs: [
      '@babel/core@7',
      '@babel/preset-env@7',
      '@babel/preset-typescript@7',
      '@kwsites/promise-result@1',
      'babel-plugin-module-resolver@5',
      'jest@29',
    ],
    workspaces: [
      'packages/args-pathspec',
      'packages/argv-parser',
      'packages/babel-config',
      'packages/test-utils',
      'simple-git',
    ],
    folder: 'simple-git',
    command: ['../node_modules/jest/bin/jest.js', '--runInBand', '--json', 'test/integration'],
    read: readJest,
    choose: chooseInJest,
  },
  tinyexec: {
    repository: 'tinylibs/tinyexec',
    tag: '0.3.1',
    needs: ['cross-spawn@7', 'tsx@4'],
    command: ['--import=tsx', '--test', '--test-reporter=tap', 'src/test/*_test.ts'],
    read: readTap,
  },
}

/** @param {string} name */
const folderOf = (name) => join(cache, 'peers', `${name}-${suites[name].tag.split('@').at(-1)}`)

/**
 * Installs only those development dependencies that the tests load.
 * @param {string} folder of the checkout
 * @param {readonly string[]} [workspaces]
 */
function reduce(folder, workspaces) {
  for (const each of workspaces ?? ['.']) {
    const file = join(folder, each, 'package.json')
    const { devDependencies: _, ...rest } = JSON.parse(readFileSync(file, 'utf8').replaceAll('workspace:^', '*'))
    writeFileSync(file, JSON.stringify(rest))
  }
  if (workspaces) writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, workspaces }))
  for (const other of ['package-lock.json', '.npmrc', '.babelrc', 'babel.config.js'])
    rmSync(join(folder, other), { force: true })
}

/**
 * @param {string} name
 * @returns {Promise<boolean>} false if its repository is not available from here
 */
export async function getSuite(name) {
  const { repository, tag, needs, workspaces } = suites[name]
  const folder = folderOf(name)
  if (!existsSync(folder)) {
    mkdirSync(dirname(folder), { recursive: true })
    if (!(await clone(repository, tag, folder))) return false
  }
  if (existsSync(join(folder, 'node_modules'))) return true
  // So that neither counts as part of this repository, whose configuration for ava would apply, too.
  mkdirSync(join(folder, '.git'), { recursive: true })
  reduce(folder, workspaces)
  doing(`install ${needs.join(', ')} from npm for the tests of ${name}`)
  await npm(['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...needs], {
    quiet: true,
  })
  return true
}

/**
 * @param {string} name
 * @param {string} node the executable
 * @param {string | undefined} hook a module that every Node of the run loads first
 * @param {string[]} chosen what is added to the command
 */
async function run(name, node, hook, chosen) {
  const { command, folder = '.', read } = suites[name]
  const env = {
    PATH: [dirname(node), process.env.PATH].join(delimiter),
    NODE_OPTIONS: hook === undefined ? '' : `--require=${hook}`,
  }
  // The results are on stdout. stderr goes to a file beside the folder, because it could come in the middle of a line of results.
  const quietly = ['-c', 'exec "$@" 2>"$0"', `${folderOf(name)}.txt`, node, ...command, ...chosen]
  const { output } = await attempt('sh', quietly, { cwd: join(folderOf(name), folder), env, quiet: true })
  return read(output)
}

/**
 * @param {string} name
 * @param {string} node the executable
 * @param {string} [hook] a module that every Node of the run loads first
 */
export const runSuite = (name, node, hook) => run(name, node, hook, [])

/**
 * Whether a test passes if it runs alone; false if the suite has no way to choose one.
 * @param {string} name
 * @param {string} test
 * @param {string} node the executable
 * @param {string} [hook] a module that every Node of the run loads first
 */
export async function passesAlone(name, test, node, hook) {
  const { choose, folder = '.' } = suites[name]
  if (!choose) return false
  const results = await run(name, node, hook, choose(test, join(folderOf(name), folder)))
  return results.size > 0 && [...results.values()].every(Boolean)
}
