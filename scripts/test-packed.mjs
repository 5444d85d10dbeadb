// Tests what a user gets: `npm pack` of this package and of this platform's, installed in an empty directory, and used from CommonJS, ESM and
// strict TypeScript. The programs that use it are in scripts/packed/.
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Trouble } from './lib/console.mjs'
import { checks } from './lib/counts.mjs'
import { expectFiles, pack, rootFiles } from './lib/packages.mjs'
import { bin, cache, inRoot, manifest } from './lib/project.mjs'
import { npm, runNode } from './lib/run.mjs'
import { compile, runProgram } from './lib/user.mjs'

/** Makes this platform's package as a release does. */
export async function platformPackage() {
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

/** @returns {Promise<import('./lib/counts.mjs').Counts>} */
export async function testPacked() {
  const { check, counts } = checks()
  const user = mkdtempSync(join(tmpdir(), 'shared-child-packed-'))
  /** @type {(file: string, options: object) => () => Promise<void>} */
  const compiles = (file, options) => () => compile(user, 'strict.ts', file, { noEmit: true, ...options })
  try {
    await check('the tarball holds what it should, and nothing else', async () => {
      const { files } = await pack(inRoot(), user)
      expectFiles('the tarball', files, rootFiles())
    })
    await check('it installs, with the package of this platform, without a network', async () => {
      const packed = [await pack(inRoot(), user), await pack(await platformPackage(), user)]
      writeFileSync(join(user, 'package.json'), '{ "private": true }\n')
      const tarballs = packed.map(({ tarball }) => tarball)
      await npm(['install', '--offline', '--no-audit', '--no-fund', ...tarballs], { cwd: user, quiet: true })
    })
    await check('CommonJS', () => runProgram(user, 'commonjs.cjs'))
    await check('ESM', () => runProgram(user, 'esm.mjs'))
    await check('TypeScript, nodenext, ESM', compiles('strict.mts', { module: 'nodenext' }))
    await check('TypeScript, without a word of @types/node', compiles('strict.mts', { module: 'nodenext', types: [] }))
    await check('TypeScript, nodenext, CommonJS', compiles('strict.cts', { module: 'nodenext' }))
    await check('TypeScript, bundler', compiles('strict.ts', { module: 'esnext', moduleResolution: 'bundler' }))
  } finally {
    rmSync(user, { recursive: true, force: true })
  }
  return counts
}
