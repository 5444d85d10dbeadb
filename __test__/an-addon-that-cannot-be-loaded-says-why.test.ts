import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import vm from 'node:vm'
import test from 'ava'
import { install, installPackages, loading, packages } from './support/installed.js'
import { notLinux, testUnless } from './support/skip.js'

/** The addon that this process has loaded. */
function findAddon(): string {
  void (require('shared-child') as unknown)
  // Only the loader knows where it is.
  return Object.keys(require.cache).find((file) => file.endsWith('.node')) ?? ''
}

const addon = readFileSync(findAddon())

/** Returns the same file with different bytes at `at`. */
function patched(at: number, bytes: Uint8Array): Buffer {
  const copy = Buffer.from(addon)
  copy.set(bytes, at)
  return copy
}

/** For another processor: e_machine of the ELF header. */
const foreign = (): Buffer => patched(18, Buffer.from([process.arch === 'arm64' ? 62 : 183, 0]))

/** Makes the file look as if it were built with a glibc that does not exist yet. */
function tooNew(): Buffer {
  const [version = ''] = /GLIBC_2\.\d+/.exec(addon.toString('latin1')) ?? []
  return patched(addon.indexOf(version), Buffer.from(version.replace('GLIBC_2', 'GLIBC_9')))
}

test('a package whose addon is missing', (t) => {
  const folder = install(t, packages())
  installPackages(folder)
  const error = loading(t, folder)
  t.is(error?.code, 'ERR_DLOPEN_FAILED')
  t.regex(error?.message ?? '', /cannot be loaded: Cannot find module .*addon\.node/)
  t.regex(error?.message ?? '', /delete node_modules and install again$/)
})

for (const [what, make, reason] of [
  ['no addon at all', () => Buffer.from('not an addon'), /addon\.node/],
  // If the file is cut at a later point, Linux's dynamic linker dies of SIGBUS before there can be an error.
  ['cut short', () => addon.subarray(0, 40), /addon\.node/],
] as const) {
  test(`a package whose addon is damaged: ${what}`, (t) => {
    const folder = install(t, packages())
    installPackages(folder, make())
    const error = loading(t, folder)
    t.is(error?.code, 'ERR_DLOPEN_FAILED')
    t.regex(error?.message ?? '', /^The native addon in the package shared-child-\S+ cannot be loaded: /)
    t.regex(error?.message ?? '', reason)
    t.regex(error?.message ?? '', /delete node_modules and install again$/)
    const cause = error?.cause as Error
    t.true(error?.message.includes(cause.message))
    t.is(cause.cause, undefined, 'the reason, and no history')
  })
}

const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
// musl checks neither.
const notGlibc = notLinux || (header.glibcVersionRuntime === undefined && 'needs glibc')

for (const [what, make, reason] of [
  ['another processor', foreign, /addon\.node: /],
  ['a newer glibc', tooNew, /GLIBC_9/],
] as const) {
  testUnless(notGlibc, `an addon for ${what}`, (t) => {
    const folder = install(t, packages())
    installPackages(folder, make())
    const error = loading(t, folder)
    t.is(error?.code, 'ERR_DLOPEN_FAILED')
    t.regex(error?.message ?? '', reason)
  })
}

test('a damaged file beside the loader, as in a checkout', (t) => {
  const folder = install(t)
  const name = Object.keys(packages())
  for (const each of name)
    copyFileSync(__filename, join(folder, `${each.replace('shared-child-', 'shared-child.')}.node`))
  const error = loading(t, folder)
  t.is(error?.code, 'ERR_DLOPEN_FAILED')
  t.regex(error?.message ?? '', /^The native addon shared-child\.\S+\.node cannot be loaded: /)
})

test('a file of the user’s own', (t) => {
  const folder = install(t, packages())
  process.env.NAPI_RS_NATIVE_LIBRARY_PATH = __filename.replace(/js$/, 'node')
  t.teardown(() => delete process.env.NAPI_RS_NATIVE_LIBRARY_PATH)
  const error = loading(t, folder)
  t.regex(
    error?.message ?? '',
    /that NAPI_RS_NATIVE_LIBRARY_PATH names, .*says-why\.test\.node, cannot be loaded: Cannot find/,
  )
})

test('a runtime that refuses addons', (t) => {
  const folder = install(t, packages())
  installPackages(folder, addon)
  const code = `try { require(${JSON.stringify(folder)}) } catch ({ code, message }) { console.log(code, message) }`
  const said = execFileSync(process.execPath, ['--no-addons', '-e', code], { encoding: 'utf8' })
  t.regex(said, /^ERR_DLOPEN_DISABLED The native addon in the package \S+ cannot be loaded: .*addons is disabled/)
  t.notRegex(said, /node_modules and install/)
})

test('in another realm, as in jest', (t) => {
  const folder = install(t, packages())
  installPackages(folder, Buffer.from('not an addon'))
  const file = join(folder, 'dist', 'index.js')
  const wrapper = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`
  const run = vm.runInContext(wrapper, vm.createContext()) as (...args: unknown[]) => void
  let error: NodeJS.ErrnoException | undefined
  try {
    run({}, createRequire(file), {}, file, dirname(file))
  } catch (thrown) {
    error = thrown as NodeJS.ErrnoException
  }
  t.false(error instanceof Error)
  t.is(error?.code, 'ERR_DLOPEN_FAILED')
  t.regex(error?.message ?? '', /^The native addon in the package shared-child-\S+ cannot be loaded: /)
})
