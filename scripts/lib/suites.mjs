// The test suites of packages that are built on child_process: each from its repository at a tag, with what it needs from
// npm, in .cache/peers. A copy that is there already is taken as it is.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { doing } from './console.mjs'
import { cache } from './project.mjs'
import { attempt, npm } from './run.mjs'

/**
 * @typedef {object} Suite
 * @property {string} repository
 * @property {string} tag
 * @property {string[]} needs from npm, beside its dependencies
 * @property {string[]} command for Node
 * @property {(output: string) => Map<string, boolean>} read which tests have passed
 */

/** @type {Record<string, Suite>} */
export const suites = {
  'cross-spawn': {
    repository: 'https://github.com/moxystudio/node-cross-spawn',
    tag: 'v7.0.6',
    needs: ['jest@29', 'mkdirp@0.5', 'rimraf@3'],
    command: ['node_modules/jest/bin/jest.js', '--runInBand', '--json', '--env', 'node', '--transform', '{}'],
    read(output) {
      const { testResults } = JSON.parse(
        output.split('\n').find((line) => line.startsWith('{"num')) ?? '{"testResults":[]}',
      )
      /** @type {{ fullName: string, status: string }[]} */
      const tests = testResults.flatMap((/** @type {{ assertionResults: unknown }} */ file) => file.assertionResults)
      return new Map(tests.map(({ fullName, status }) => [fullName, status === 'passed']))
    },
  },
  execa: {
    repository: 'https://github.com/sindresorhus/execa',
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
    read: (output) =>
      new Map(
        [...output.matchAll(/^(not )?ok \d+ - (.*)$/gm)].map(([, not, title = '']) => [title, not === undefined]),
      ),
  },
}

/** @param {string} name */
const folderOf = (name) => join(cache, 'peers', `${name}-${suites[name].tag}`)

/**
 * @param {string} name
 * @returns {Promise<boolean>} false: its repository cannot be had from here
 */
export async function getSuite(name) {
  const { repository, tag, needs } = suites[name]
  const folder = folderOf(name)
  if (!existsSync(folder)) {
    mkdirSync(dirname(folder), { recursive: true })
    doing(`clone ${repository} ${tag} into .cache/peers`)
    const { ok } = await attempt('git', ['clone', '--quiet', '--depth=1', `--branch=${tag}`, repository, folder], {
      quiet: true,
      env: { GIT_TERMINAL_PROMPT: '0' },
    })
    if (!ok) return false
  }
  if (existsSync(join(folder, 'node_modules'))) return true
  // Neither is taken for a part of this repository, whose configuration for ava would count, too.
  mkdirSync(join(folder, '.git'), { recursive: true })
  const file = join(folder, 'package.json')
  // Of what its authors develop with, only what the tests load is installed.
  const { devDependencies: _, ...rest } = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify(rest))
  for (const other of ['package-lock.json', '.npmrc', '.babelrc', 'babel.config.js'])
    rmSync(join(folder, other), { force: true })
  doing(`install ${needs.join(', ')} from npm for the tests of ${name}`)
  await npm(['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...needs], {
    quiet: true,
  })
  return true
}

/**
 * @param {string} name
 * @param {string} node the executable
 * @param {string} [hook] a module that every Node of the run loads first
 */
export async function runSuite(name, node, hook) {
  const { command, read } = suites[name]
  const env = {
    PATH: [dirname(node), process.env.PATH].join(delimiter),
    NODE_OPTIONS: hook === undefined ? '' : `--require=${hook}`,
  }
  const { output } = await attempt(node, command, { cwd: folderOf(name), env, quiet: true })
  return read(output)
}
