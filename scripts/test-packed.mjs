// What a user gets: `npm pack` of this package and of this platform's, installed in an empty directory, and used from CommonJS, ESM and
// strict TypeScript. The programs that use it are in scripts/packed/.
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { done, failed, Trouble } from './lib/console.mjs'
import { bin, cache, inRoot, manifest } from './lib/project.mjs'
import { npm, runNode } from './lib/run.mjs'

/** All that may be in the root tarball: no source, no test, no source map, and no binary of one platform. */
const allowed =
  /^(?:CHANGELOG\.md|LICENSE|README\.md|package\.json|index\.js|index\.d\.ts|dist\/.+\.(?:js|mjs|d\.ts|d\.mts))$/

/** @param {string} folder */
const pathTo =
  (folder) =>
  (/** @type {string[]} */ ...names) =>
    join(folder, ...names)

/**
 * @param {string} folder of the package
 * @param {string} destination of the tarball
 * @returns {Promise<{ tarball: string, files: string[] }>}
 */
async function pack(folder, destination) {
  const said = await npm(['pack', folder, '--pack-destination', destination, '--json', '--ignore-scripts'], {
    quiet: true,
  })
  const [packed] = JSON.parse(said.slice(said.indexOf('[\n')))
  return {
    tarball: join(destination, packed.filename),
    files: packed.files.map((/** @type {{ path: string }} */ { path }) => path),
  }
}

/** This platform's package, as a release makes it. */
async function platformPackage() {
  const { binaryName } = manifest().napi
  const built = readdirSync(inRoot()).find((name) => name.startsWith(`${binaryName}.`) && name.endsWith('.node'))
  if (built === undefined) throw new Trouble('Expected a native addon in the root of the repository')
  const folder = join(cache, 'npm')
  rmSync(folder, { recursive: true, force: true })
  await runNode(bin('@napi-rs/cli', 'napi'), ['create-npm-dirs', '--npm-dir', folder], { quiet: true })
  const platform = join(folder, built.slice(binaryName.length + 1, -'.node'.length))
  copyFileSync(inRoot(built), join(platform, built))
  return platform
}

/**
 * @param {string} user the directory of someone who installed the package
 * @param {string} file
 * @param {object} options
 */
async function compile(user, file, options) {
  copyFileSync(inRoot('scripts', 'packed', 'strict.ts.txt'), join(user, file))
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    target: 'es2022',
    lib: ['es2022', 'esnext.disposable'],
    types: ['node'],
    typeRoots: [inRoot('node_modules', '@types')],
    ...options,
  }
  writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
  await runNode(bin('typescript', 'tsc'), ['-p', user], { quiet: true })
}

/** @returns {Promise<import('./lib/counts.mjs').Counts>} */
export async function testPacked() {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  /** @type {(name: string, test: () => Promise<void>) => Promise<void>} */
  const check = async (name, test) => {
    const start = performance.now()
    try {
      await test()
      counts.passed += 1
      done(name, performance.now() - start)
    } catch (error) {
      counts.failed += 1
      failed(name, error instanceof Error ? error.message : String(error))
    }
  }
  const user = mkdtempSync(join(tmpdir(), 'shared-child-packed-'))
  const inUser = pathTo(user)
  const runHere = (/** @type {string} */ name) => async () => {
    copyFileSync(inRoot('scripts', 'packed', name), inUser(name))
    await runNode(inUser(name), [], { cwd: user, quiet: true })
  }
  try {
    await check('the tarball holds what it should, and nothing else', async () => {
      const { files } = await pack(inRoot(), user)
      const strangers = files.filter((file) => !allowed.test(file))
      if (strangers.length > 0) throw new Trouble(`Expected none of: ${strangers.join(', ')}`)
      for (const { types, default: code } of Object.values(manifest().exports['.'])) {
        const missing = [types, code].filter((/** @type {string} */ file) => !files.includes(file.replace('./', '')))
        if (missing.length > 0) throw new Trouble(`Expected ${missing.join(', ')}`)
      }
    })
    await check('it installs, with the package of this platform, without a network', async () => {
      const tarballs = [await pack(inRoot(), user), await pack(await platformPackage(), user)].map(
        ({ tarball }) => tarball,
      )
      writeFileSync(inUser('package.json'), '{ "private": true }\n')
      await npm(['install', '--offline', '--no-audit', '--no-fund', ...tarballs], { cwd: user, quiet: true })
    })
    await check('CommonJS', runHere('commonjs.cjs'))
    await check('ESM', runHere('esm.mjs'))
    await check('TypeScript, nodenext, ESM', () => compile(user, 'strict.mts', { module: 'nodenext' }))
    await check('TypeScript, nodenext, CommonJS', () => compile(user, 'strict.cts', { module: 'nodenext' }))
    await check('TypeScript, bundler', () =>
      compile(user, 'strict.ts', { module: 'esnext', moduleResolution: 'bundler' }),
    )
  } finally {
    rmSync(user, { recursive: true, force: true })
  }
  return counts
}
