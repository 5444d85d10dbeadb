// The package in test runners, which load modules in their own way, fake the clock, or wait for the event loop to be empty: jest,
// vitest, mocha, ava and node:test, on the specs of scripts/runners/. All but the last are installed once, into .cache/tools/runners;
// without a registry they are skipped.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Trouble } from './lib/console.mjs'
import { checks, checkVersions } from './lib/counts.mjs'
import { npmInstall, toolScript } from './lib/npm-tools.mjs'
import { inRoot } from './lib/project.mjs'
import { attempt } from './lib/run.mjs'
import { published } from './lib/typescript.mjs'

/** These versions run on every supported Node. */
const dependencies = {
  ava: '7.0.0',
  jest: '30.5.2',
  'jest-environment-jsdom': '30.5.2',
  mocha: '12.0.3',
  vitest: '4.1.12',
}

/** What hangs is ended after as many seconds. A busy machine takes a tenth of that. */
const limit = 300

/**
 * @typedef {object} Run
 * @property {string} name
 * @property {'ava' | 'jest' | 'mocha' | 'node' | 'vitest'} runner
 * @property {string[]} args
 * @property {RegExp} [says] what the output must have
 * @property {RegExp} [saysNot] and must not have
 */

const openHandle = /open handle/
const jest = ['--ci', '--watchman=false', '--cacheDirectory=.jest']
const mocha = ['--timeout=60s', '--forbid-only']
const ava = ['--timeout=60s']
const handles = [...jest, '--detectOpenHandles']

/** @type {Run[]} */
const runs = [
  { name: 'node:test, mock timers', runner: 'node', args: ['--test', 'node.test.cjs'] },
  { name: 'jest, fake timers', runner: 'jest', args: [...jest, 'fake-timers'] },
  { name: 'jest, fake timers, jsdom', runner: 'jest', args: [...jest, '--env=jsdom', 'fake-timers', 'used'] },
  {
    name: 'jest, worker threads',
    runner: 'jest',
    args: [...jest, '--workerThreads', '--maxWorkers=2', 'used', 'loaded'],
  },
  { name: 'jest, open handles of a bare require', runner: 'jest', args: [...handles, 'loaded'], saysNot: openHandle },
  { name: 'jest, open handles after use', runner: 'jest', args: [...handles, 'used'], saysNot: openHandle },
  { name: 'jest, a child left running', runner: 'jest', args: [...handles, 'left-running'], says: openHandle },
  ...['threads', 'forks', 'vmThreads'].map((pool) => ({
    name: `vitest, ${pool}`,
    runner: /** @type {const} */ ('vitest'),
    args: ['run', `--pool=${pool}`, 'vitest'],
  })),
  // Neither is told to exit: a process that stays would be found.
  { name: 'mocha', runner: 'mocha', args: [...mocha, 'mocha.cjs'] },
  { name: 'mocha, in parallel', runner: 'mocha', args: [...mocha, '--parallel', '--jobs=2', 'mocha.cjs'] },
  { name: 'ava, worker threads', runner: 'ava', args: [...ava, 'ava.mjs'] },
  { name: 'ava, processes', runner: 'ava', args: [...ava, '--no-worker-threads', 'ava.mjs'] },
]

/**
 * Makes a project that has installed the package and these tools.
 * @param {string} tools the folder that has the node_modules; '' if there is none
 */
function makeProject(tools) {
  const project = mkdtempSync(join(tmpdir(), 'shared-child-runners-'))
  cpSync(inRoot('scripts', 'runners'), project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n')
  const installed = join(project, 'node_modules', 'shared-child')
  const addons = readdirSync(inRoot()).filter((file) => file.endsWith('.node'))
  for (const file of [...published(), 'index.js', 'package.json', ...addons]) {
    mkdirSync(dirname(join(installed, file)), { recursive: true })
    cpSync(inRoot(file), join(installed, file))
  }
  for (const name of tools === '' ? [] : Object.keys(dependencies)) {
    symlinkSync(join(tools, 'node_modules', name), join(project, 'node_modules', name), 'junction')
  }
  return project
}

/**
 * @param {Run} run
 * @param {string} tools
 * @param {string} project
 */
async function runIn({ runner, args, says, saysNot }, tools, project) {
  const script = runner === 'node' ? [] : [toolScript(tools, runner, runner)]
  const options = { cwd: project, env: { NO_COLOR: '1' }, quiet: true, seconds: limit }
  const { ok, how, output } = await attempt(process.execPath, [...script, ...args], options)
  if (!ok || says?.test(output) === false || saysNot?.test(output) === true) throw new Trouble(`${how}\n${output}`)
}

/** @returns {Promise<import('./lib/counts.mjs').Counts>} */
export async function testRunners() {
  const { check, counts, skip } = checks()
  let tools = ''
  try {
    tools = await npmInstall('runners', dependencies)
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    const skippedRuns = runs.filter(({ runner }) => runner !== 'node').length
    skip('jest, vitest, mocha and ava', `they cannot be installed: ${error.message}`, skippedRuns)
  }
  // node:test comes with Node.
  const able = runs.filter(({ runner }) => runner === 'node' || tools !== '')
  const project = makeProject(tools)
  const { jest: Jest, vitest: Vitest, mocha: Mocha, ava: AVA } = dependencies
  await checkVersions(check, readFileSync(inRoot('docs', 'bundlers.md'), 'utf8'), { Jest, Vitest, Mocha, AVA })
  try {
    for (const run of able) await check(run.name, () => runIn(run, tools, project))
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
  return counts
}
