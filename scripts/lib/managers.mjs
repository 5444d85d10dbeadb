// The package managers that users have, each set up for an empty directory and one registry.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmInstall, toolScript } from './npm-tools.mjs'
import { run } from './run.mjs'

/**
 * @typedef {object} User somebody with a directory, and with settings and caches that nobody else has
 * @property {string} folder
 * @property {NodeJS.ProcessEnv} env
 */

/** @typedef {readonly [string, ...string[]]} Command */

/**
 * @typedef {object} Manager
 * @property {string} name
 * @property {Record<string, string>} [files] its settings, in the user's directory
 * @property {Command} command
 * @property {readonly string[]} add the arguments that install a package
 * @property {Command} [node] how to run a program, if Node alone would not find what was installed
 * @property {boolean} [plugAndPlay] there is no node_modules, so tools that are not patched for this find nothing
 */

/**
 * @param {string} registry
 * @returns {Promise<Manager[]>}
 */
export async function packageManagers(registry) {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const bunPackage = `@oven/bun-${system}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`
  const tools = await npmInstall('package-managers', {
    'npm-10': 'npm:npm@10.9.9',
    'npm-11': 'npm:npm@11.19.1',
    pnpm: '10.34.8',
    '@yarnpkg/cli-dist': '4.18.1',
    [bunPackage]: '1.4.5',
  })
  const node = process.execPath
  const script = (/** @type {string} */ packageName, /** @type {string} */ command) =>
    /** @type {Command} */ ([node, toolScript(tools, packageName, command)])
  const yarn = script('@yarnpkg/cli-dist', 'yarn')
  const yarnrc = (/** @type {string} */ nodeLinker) => ({
    'yarn.lock': '',
    '.yarnrc.yml': [
      `nodeLinker: ${nodeLinker}`,
      `npmRegistryServer: ${registry}`,
      'unsafeHttpWhitelist: [127.0.0.1]',
      'enableTelemetry: false',
      'enableGlobalCache: false',
      'enableImmutableInstalls: false',
      // By default, Yarn refuses packages that were published a moment ago, as this one was.
      'npmMinimalAgeGate: 0',
      // As in a project of ES modules.
      'pnpEnableEsmLoader: true',
      '',
    ].join('\n'),
  })
  const npm = ['install', '--no-audit', '--no-fund', '--ignore-scripts']
  const bun = join(tools, 'node_modules', bunPackage, 'bin', process.platform === 'win32' ? 'bun.exe' : 'bun')
  const bunfig = { 'bunfig.toml': `[install]\nregistry = "${registry}"\n` }
  return [
    { name: 'npm 10', command: script('npm-10', 'npm'), add: npm },
    { name: 'npm 11', command: script('npm-11', 'npm'), add: npm },
    { name: 'pnpm', command: script('pnpm', 'pnpm'), add: ['add'] },
    { name: 'Yarn, node_modules', command: yarn, add: ['add'], files: yarnrc('node-modules') },
    {
      name: 'Yarn, Plug and Play',
      command: yarn,
      add: ['add'],
      files: yarnrc('pnp'),
      node: [...yarn, 'node'],
      plugAndPlay: true,
    },
    { name: 'Bun', command: [bun], add: ['add'], files: bunfig },
    { name: 'Bun, run by Bun', command: [bun], add: ['add'], files: bunfig, node: [bun, 'run'] },
  ]
}

/**
 * Creates a directory with only a package.json and the manager's settings in it.
 * @param {Manager} manager
 * @param {string} registry
 * @param {string} folder must not exist yet
 * @returns {User}
 */
export function newUser({ files = {} }, registry, folder) {
  const home = join(folder, 'home')
  const user = join(folder, 'project')
  mkdirSync(home, { recursive: true })
  mkdirSync(user)
  writeFileSync(join(user, 'package.json'), '{ "name": "user", "private": true }\n')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(user, name), text)
  return {
    folder: user,
    env: {
      HOME: home,
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CONFIG_HOME: join(home, 'config'),
      npm_config_registry: registry,
      npm_config_cache: join(home, 'npm'),
      npm_config_userconfig: join(home, '.npmrc'),
      npm_config_store_dir: join(home, 'store'),
      YARN_GLOBAL_FOLDER: join(home, 'yarn'),
      BUN_INSTALL_CACHE_DIR: join(home, 'bun'),
    },
  }
}

/**
 * @param {Manager} manager
 * @param {User} user
 * @param {string} spec of the package
 * @param {readonly string[]} [flags]
 */
export async function add({ command: [command, ...args], add: words }, { folder, env }, spec, flags = []) {
  await run(command, [...args, ...words, ...flags, spec], { cwd: folder, env, quiet: true })
}
