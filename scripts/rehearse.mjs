// npm run rehearse makes a release that nobody else sees. The root package and the platform packages are published from a copy of the
// repository into a registry on this machine, and installed from there as users do, each in an empty directory.
// It uses the addons in artifacts/, builds this machine's if necessary, and leaves out targets that have not been built.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { duration, heading, runMain, Trouble } from './lib/console.mjs'
import { checks, conclude } from './lib/counts.mjs'
import { npmDependencies } from './lib/dependencies.mjs'
import { add, newUser, packageManagers } from './lib/managers.mjs'
import { mishaps, tryMishap } from './lib/mishaps.mjs'
import { npmInstall, toolScript } from './lib/npm-tools.mjs'
import { expectFiles, pack, platformFiles, rootFiles } from './lib/packages.mjs'
import { artifacts, inRoot, manifest } from './lib/project.mjs'
import { startRegistry } from './lib/registry.mjs'
import { npm, run, runNode } from './lib/run.mjs'
import { compile, runProgram } from './lib/user.mjs'
import { runSteps } from './setup.mjs'

/** @typedef {import('./lib/managers.mjs').Manager} Manager */
/** @typedef {import('./lib/targets.mjs').Target} Target */

const { check, counts, skip } = checks()

/** This machine's own target, whose addon is required. */
const isHere = (/** @type {Target} */ { abi }) =>
  `${abi}-`.startsWith(`${process.platform}-${process.arch}-`) && !abi.endsWith('-musl')

/** @returns {Promise<Target[]>} the targets that have been built */
async function builtTargets() {
  const { allTargets } = await import('./lib/targets.mjs')
  const targets = allTargets()
  const here = targets.find(isHere)
  if (here === undefined) throw new Trouble(`Expected a target for ${process.platform} ${process.arch}`)
  // In CI, this is the addon that the other jobs have tested.
  if (!process.env.CI || !existsSync(here.file)) await runNode(inRoot('scripts', 'prebuild.mjs'), [here.triple])
  const absent = targets.filter(({ file }) => !existsSync(file))
  for (const { triple } of absent) skip(triple, `not in artifacts/ (npm run prebuild -- ${triple})`)
  return targets.filter((target) => !absent.includes(target))
}

/**
 * Copies what git tracks, and new files; of the ignored files, only the addons and node_modules.
 * @param {string} copy the folder
 * @param {readonly Target[]} targets
 */
async function copyRepository(copy, targets) {
  const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { quiet: true })
  for (const file of listed.split('\0').filter((name) => name !== '' && existsSync(inRoot(name)))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(inRoot(file), join(copy, file))
  }
  cpSync(artifacts, join(copy, 'artifacts'), { recursive: true })
  mkdirSync(join(copy, '.cache'))
  for (const name of ['node_modules', join('.cache', 'python')]) symlinkSync(inRoot(name), join(copy, name), 'junction')
  const packageJson = manifest()
  packageJson.napi.targets = targets.map(({ triple }) => triple)
  writeFileSync(join(copy, 'package.json'), JSON.stringify(packageJson, null, 2))
  // napi asks git for the latest commit's message.
  await run('git', ['init', '--quiet'], { cwd: copy, quiet: true })
  const author = ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost']
  await run('git', [...author, 'commit', '--quiet', '--allow-empty', '-m', 'rehearsal'], { cwd: copy, quiet: true })
}

/**
 * Checks that the registry has exactly the intended files.
 * @param {readonly Target[]} targets
 * @param {string} folder for the tarballs
 * @param {NodeJS.ProcessEnv} env
 */
async function checkPublished(targets, folder, env) {
  const { name, version } = manifest()
  const rootPackage = await pack(`${name}@${version}`, folder, env)
  expectFiles(name, rootPackage.files, rootFiles())
  for (const target of targets) {
    const { files } = await pack(`${name}-${target.abi}@${version}`, folder, env)
    expectFiles(target.abi, files, platformFiles(target))
  }
  return rootPackage.tarball
}

/**
 * Runs the tools that know the usual mistakes in packages.
 * @param {string} tarball of the root package
 */
async function lintPackage(tarball) {
  const tools = await npmInstall('package-lints', { publint: '0.3.25', '@arethetypeswrong/cli': '0.18.5' })
  await runNode(toolScript(tools, 'publint', 'publint'), ['run', tarball, '--strict'], { quiet: true })
  // Not for the resolution from before package.json had exports, which no supported Node uses.
  await runNode(toolScript(tools, '@arethetypeswrong/cli', 'attw'), [tarball, '--profile', 'node16'], { quiet: true })
}

/**
 * Installs the package as a user does, and runs the programs.
 * @param {Manager} manager
 * @param {string} registry
 * @param {string} folder
 */
async function tryManager(manager, registry, folder) {
  const user = newUser(manager, registry, folder)
  const use = (/** @type {string} */ program) => () => runProgram(user.folder, program, manager.node, user.env)
  if (!(await check(`${manager.name}: install`, () => add(manager, user, manifest().name)))) return
  await check(`${manager.name}: CommonJS`, use('commonjs.cjs'))
  await check(`${manager.name}: ESM`, use('esm.mjs'))
  // TypeScript's compiler reads node_modules itself.
  if (manager.plugAndPlay === true) return
  await check(`${manager.name}: TypeScript`, async () => {
    await compile(user.folder, 'typescript.ts', 'typescript.mts', { module: 'nodenext' })
    await run(process.execPath, ['typescript.mjs'], { cwd: user.folder, env: user.env, quiet: true })
  })
}

/**
 * @param {string} copy of the repository
 * @param {NodeJS.ProcessEnv} env
 */
const release = (copy, env) => runNode(join(copy, 'scripts', 'release.mjs'), [], { cwd: copy, env })

/** @param {string} folder for all that is written */
async function rehearse(folder) {
  heading('publish')
  const targets = await builtTargets()
  const registry = await startRegistry(folder)
  const settings = join(folder, '.npmrc')
  // npm requires a token; the registry accepts any.
  writeFileSync(settings, `registry=${registry.url}\n${registry.url.replace('http:', '')}:_authToken=rehearsal\n`)
  const env = {
    npm_config_registry: registry.url,
    npm_config_userconfig: settings,
    npm_config_cache: join(folder, 'npm'),
  }
  const copy = join(folder, 'repository')
  try {
    let tarball = ''
    const published =
      (await check('a copy of the repository', () => copyRepository(copy, targets))) &&
      (await check(`npm run release: the package and ${targets.length} of the platforms`, () => release(copy, env))) &&
      (await check('npm run release again, after one that was cut short', async () => {
        const { name, version } = manifest()
        await npm(['unpublish', `${name}@${version}`, '--force'], { env, quiet: true })
        await release(copy, env)
      })) &&
      (await check('the packages hold these files and no other', async () => {
        tarball = await checkPublished(targets, folder, env)
      }))
    if (!published) return
    await check('publint and attw', () => lintPackage(tarball))

    heading('install and run')
    const managers = await packageManagers(registry.url)
    for (const [i, manager] of managers.entries()) await tryManager(manager, registry.url, join(folder, `user${i}`))

    heading('what cannot work says what to do')
    for (const [i, mishap] of mishaps().entries()) {
      const user = join(folder, `mishap${i}`)
      await check(mishap.name, () => tryMishap(managers[0], mishap, registry.url, user))
    }
  } finally {
    registry.close()
  }
}

runMain(async () => {
  const start = performance.now()
  await runSteps([npmDependencies])
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-'))
  try {
    await rehearse(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  heading(`rehearsal (${duration(performance.now() - start)})`)
  conclude([{ name: 'rehearsal', counts }])
})
