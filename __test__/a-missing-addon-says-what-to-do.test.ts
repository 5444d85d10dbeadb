import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { temporaryDirectory } from './support/files.js'

const root = dirname(require.resolve('shared-child/package.json'))

// It would name an addon that is there.
delete process.env.NAPI_RS_NATIVE_LIBRARY_PATH

/** The package as it is installed, without an addon, in a release with these packages for platforms. */
function install(t: ExecutionContext, optionalDependencies?: Record<string, string>): string {
  const folder = join(temporaryDirectory(t), 'node_modules', 'shared-child')
  for (const part of ['dist', 'index.js']) cpSync(join(root, part), join(folder, part), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, optionalDependencies }))
  return folder
}

const loading = (t: ExecutionContext, folder: string): NodeJS.ErrnoException | undefined =>
  t.throws<NodeJS.ErrnoException>(() => require(folder) as unknown)

/** All packages that a release has for this operating system and processor, whatever its C library. */
function packages(): Record<string, string> {
  const abis = ['', '-gnu', '-musl', '-gnueabihf', '-msvc']
  return Object.fromEntries(abis.map((abi) => [`shared-child-${process.platform}-${process.arch}${abi}`, '0.0.0']))
}

test('an optional dependency that was not installed', (t) => {
  const error = loading(t, install(t, packages()))
  t.is(error?.code, 'MODULE_NOT_FOUND')
  t.regex(
    error?.message ?? '',
    new RegExp(`it is in the package shared-child-${process.platform}-${process.arch}\\S*, an optional`),
  )
  t.regex(error?.message ?? '', /without --omit=optional/)
  t.true(error?.cause instanceof Error)
})

test('a platform that the release has no package for', (t) => {
  const error = loading(t, install(t, { 'shared-child-amiga-m68k': '0.0.0' }))
  t.is(error?.code, 'MODULE_NOT_FOUND')
  t.regex(
    error?.message ?? '',
    new RegExp(`there is none for ${process.platform} ${process.arch}, only the packages shared-child-amiga-m68k$`),
  )
})

test('a package whose addon is missing, and one whose addon is damaged', (t) => {
  const folder = install(t, packages())
  const names = Object.keys(packages())
  for (const name of names) {
    mkdirSync(join(folder, '..', name))
    writeFileSync(join(folder, '..', name, 'package.json'), JSON.stringify({ name, main: 'addon.node' }))
  }
  const missing = loading(t, folder)
  t.is(missing?.code, 'ERR_DLOPEN_FAILED')
  t.regex(missing?.message ?? '', /cannot be loaded: Cannot find module .*addon\.node/)
  t.regex(missing?.message ?? '', /delete node_modules and install again$/)

  for (const name of names) writeFileSync(join(folder, '..', name, 'addon.node'), 'not an addon')
  const damaged = loading(t, folder)
  t.is(damaged?.code, 'ERR_DLOPEN_FAILED')
  t.regex(damaged?.message ?? '', /^The native addon in the package shared-child-\S+ cannot be loaded: [^]*addon\.node/)
})

test('a checkout that has not been built', (t) => {
  const error = loading(t, install(t))
  t.is(error?.code, 'MODULE_NOT_FOUND')
  t.regex(error?.message ?? '', /npm run build/)
})
