// npm run release publishes the addons in artifacts/ to the registry that npm is configured for; with --dry-run, to none.
// The release workflow runs it; so does npm run rehearse, in a copy of the repository and with a registry of its own. What it writes, the
// platform packages in npm/, their names and the repository in package.json, must not be committed.
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename } from 'node:path'
import { argv } from 'node:process'
import { runMain, Trouble } from './lib/console.mjs'
import { npmDependencies } from './lib/dependencies.mjs'
import { expectFiles, pack, platformFiles, rootFiles } from './lib/packages.mjs'
import { bin, inRoot, manifest } from './lib/project.mjs'
import { npm, runNode } from './lib/run.mjs'
import { typescript } from './lib/typescript.mjs'
import { runSteps } from './setup.mjs'

const dryRun = argv.includes('--dry-run')

/** @param {string[]} args */
const napi = (...args) => runNode(bin('@napi-rs/cli', 'napi'), args, { quiet: true })

/**
 * The registry refuses a provenance that names a different repository than package.json does. Missing fields in package.json are set to the
 * workflow's own repository; existing ones are checked before any package is published.
 */
function fillRepository() {
  const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_REPOSITORY: home } = process.env
  const packageJson = manifest()
  if (home !== undefined) {
    const page = `${server}/${home}`
    packageJson.repository ??= { type: 'git', url: `git+${page}.git` }
    packageJson.homepage ??= `${page}#readme`
    packageJson.bugs ??= { url: `${page}/issues` }
    writeFileSync(inRoot('package.json'), `${JSON.stringify(packageJson, null, 2)}\n`)
  }
  const url = String(packageJson.repository?.url)
  if (process.env.NPM_CONFIG_PROVENANCE === 'true' && !url.replace(/\.git$/, '').endsWith(`/${home}`)) {
    throw new Trouble(`Expected repository.url of package.json to be that of ${home}, got ${url}`)
  }
}

/** A missing or wrong addon must stop a release before its first package is published. */
async function checkArtifacts() {
  const { allTargets } = await import('./lib/targets.mjs')
  const { defects, inspect } = await import('./lib/inspect.mjs')
  const targets = allTargets()
  const missing = targets.filter(({ file }) => !existsSync(file)).map(({ file }) => basename(file))
  if (missing.length > 0) throw new Trouble(`Expected in artifacts/: ${missing.join(', ')}`)
  for (const [target, facts] of await inspect(targets)) {
    const wrong = defects(target, facts)
    if (wrong.length > 0) throw new Trouble(`${basename(target.file)}: ${wrong.join('; ')}`)
  }
  return targets
}

/** @param {{ abi: string }[]} targets */
async function makePackages(targets) {
  for (const { abi } of targets) rmSync(inRoot('npm', abi), { recursive: true, force: true })
  await napi('create-npm-dirs')
  await napi('artifacts')
  for (const { abi } of targets) {
    const folder = inRoot('npm', abi)
    copyFileSync(inRoot('LICENSE'), inRoot('npm', abi, 'LICENSE'))
    const { files } = await pack(folder, tmpdir(), { npm_config_dry_run: 'true' })
    expectFiles(abi, files, platformFiles({ abi }))
  }
  const { files } = await pack(inRoot(), tmpdir(), { npm_config_dry_run: 'true' })
  expectFiles(manifest().name, files, rootFiles())
}

/** Publishes the platform packages first, so that nobody sees a root package that refers to packages that do not exist yet. */
async function publish() {
  await napi('prepublish', '--tag-style', 'npm', '--no-gh-release', ...(dryRun ? ['--dry-run'] : []))
  await npm(['publish', ...(dryRun ? ['--dry-run'] : [])], { quiet: true })
}

/** @type {(name: string, work: () => Promise<void>) => import('./setup.mjs').Step} */
const step = (name, work) => ({ name, isFresh: () => false, work })

runMain(async () => {
  fillRepository()
  await runSteps([npmDependencies, typescript])
  const { name, version } = manifest()
  /** @type {{ abi: string }[]} */
  let targets = []
  await runSteps([
    step('the addons of all platforms', async () => {
      targets = await checkArtifacts()
    }),
    step('their packages', () => makePackages(targets)),
    step(`publish ${name} ${version} and its platforms' packages${dryRun ? ' (dry run)' : ''}`, publish),
  ])
})
