import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { temporaryDirectory } from './support/files.js'
import { install, loading, packages } from './support/installed.js'

/** The addon that this process has loaded. */
function findAddon(): string {
  void (require('shared-child') as unknown)
  return Object.keys(require.cache).find((file) => file.endsWith('.node')) ?? ''
}

const addon = findAddon()
// The file may have a different name in a package than in a checkout; a bundle uses the package's name.
const names = Object.keys(packages()).map((name) => `${name.replace('shared-child-', 'shared-child.')}.node`)

/** Puts the wrapper where a bundle would be: in its own folder, with no package.json of ours above it. */
function makeBundle(t: ExecutionContext): string {
  const bundle = join(temporaryDirectory(t), 'dist', 'bundle.js')
  const wrapper = install(t)
  mkdirSync(dirname(bundle))
  copyFileSync(join(wrapper, 'dist', 'index.js'), bundle)
  return bundle
}

/** Uses the bundle in a process of its own, because Windows removes no addon that is loaded. */
function statusOfChild(bundle: string, env = {}): string {
  const use =
    `require(${JSON.stringify(bundle)}).spawn(process.execPath, ['-e', 'process.exit(7)'])` +
    `.then((child) => child.wait()).then(({ code }) => console.log(code))`
  return execFileSync(process.execPath, ['-e', use], { encoding: 'utf8', env: { ...process.env, ...env } })
}

test('beside it', (t) => {
  const bundle = makeBundle(t)
  for (const name of names) copyFileSync(addon, join(dirname(bundle), name))
  t.is(statusOfChild(bundle), '7\n')
})

test('where NAPI_RS_NATIVE_LIBRARY_PATH says', (t) => {
  const bundle = makeBundle(t)
  const elsewhere = join(temporaryDirectory(t), 'any name.node')
  copyFileSync(addon, elsewhere)
  t.is(statusOfChild(bundle, { NAPI_RS_NATIVE_LIBRARY_PATH: elsewhere }), '7\n')
})

test('where it is not, the error says what a bundle can do', (t) => {
  const error = loading(t, makeBundle(t))
  t.is(error?.code, 'MODULE_NOT_FOUND')
  t.regex(
    error?.message ?? '',
    /it is the file shared-child\.\S+\.node of the package .* A bundle finds it beside itself/,
  )
})
