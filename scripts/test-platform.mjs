// Runs the whole test suite on another platform, in an emulator if necessary.
//   node scripts/test-platform.mjs PLATFORM [HOST...] [-- AVA ARGUMENTS...]      hosts: parts of their names; default: all
// The tests are compiled here; the addon is the one that `npm run prebuild` builds, or SHARED_CHILD_ADDON.
import { argv } from 'node:process'
import { heading, runMain, Trouble } from './lib/console.mjs'
import { avaCounts, skipReasons, table } from './lib/counts.mjs'
import { attempt } from './lib/run.mjs'
import { arm64, armv7 } from './platform/arm.mjs'
import { musl } from './platform/musl.mjs'
import { stage } from './platform/stage.mjs'
import { windows } from './platform/windows.mjs'
import { setup } from './setup.mjs'

/**
 * @typedef {object} Platform
 * @property {string} about
 * @property {string} target as in napi.targets of package.json
 * @property {() => Promise<void>} prepare installs what is needed, once
 * @property {Record<string, () => Promise<string>>} hosts the programs that load the addon; each function downloads one and returns its executable
 * @property {(host: string, folder: string, args: readonly string[]) => { command: string, args: readonly string[] }} run
 *   how to run a host with arguments, in a folder
 */

/** @type {Record<string, Platform>} */
const platforms = { windows, musl, arm64, armv7 }

/** In the worst case, an emulator is slower than the machine by a factor of ten. */
const patience = ['--timeout', '10m', '--no-color']

/** @param {readonly string[]} words */
function parse(words) {
  const end = words.includes('--') ? words.indexOf('--') : words.length
  const [name = '', ...wanted] = words.slice(0, end)
  if (!Object.hasOwn(platforms, name)) {
    throw new Trouble(`Expected a platform (${Object.keys(platforms).join(', ')}), got '${name}'`)
  }
  const platform = platforms[name]
  const names = Object.keys(platform.hosts)
  const chosen = names.filter((host) => wanted.length === 0 || wanted.some((part) => host.includes(part)))
  if (chosen.length === 0) throw new Trouble(`Expected a host (${names.join(', ')}), got '${wanted.join(' ')}'`)
  return { platform, chosen, avaArgs: words.slice(end + 1) }
}

/** @param {ReturnType<typeof parse>} what */
async function runSuites({ platform, chosen, avaArgs }) {
  await platform.prepare()
  const folder = await stage(platform.target)
  const rows = []
  for (const name of chosen) {
    heading(`${platform.about}: ${name}`)
    const start = performance.now()
    const host = await platform.hosts[name]()
    const { command, args } = platform.run(host, folder, [
      'node_modules/ava/entrypoints/cli.mjs',
      ...patience,
      ...avaArgs,
    ])
    const outcome = await attempt(command, args)
    rows.push({ name, outcome, counts: avaCounts(outcome), ms: performance.now() - start })
  }
  return rows
}

runMain(async () => {
  const what = parse(argv.slice(2))
  await setup()
  const rows = await runSuites(what)

  table(`${what.platform.about}: all`, rows)
  console.log('\nskipped, and why (the last host):')
  for (const [reason, count] of skipReasons(rows.at(-1)?.outcome.output ?? '')) {
    console.log(`${String(count).padStart(4)}  ${reason}`)
  }
  if (rows.some(({ counts }) => counts.failed > 0 || counts.passed === 0)) process.exitCode = 1
})
