import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { temporaryDirectory } from './files.js'

const root = dirname(require.resolve('shared-child/package.json'))

// The variable would name an addon that exists.
delete process.env.NAPI_RS_NATIVE_LIBRARY_PATH

/** Installs the package without an addon, as a release with these platform packages would. */
export function install(t: ExecutionContext, optionalDependencies?: Record<string, string>): string {
  const folder = join(temporaryDirectory(t), 'node_modules', 'shared-child')
  for (const part of ['dist', 'index.js']) cpSync(join(root, part), join(folder, part), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, optionalDependencies }))
  return folder
}

/** All packages that a release has for this operating system and processor, whatever its C library. */
export function packages(): Record<string, string> {
  const abis = ['', '-gnu', '-musl', '-gnueabihf', '-msvc']
  return Object.fromEntries(abis.map((abi) => [`shared-child-${process.platform}-${process.arch}${abi}`, '0.0.0']))
}

/** Installs them beside `folder`; without an addon the file is missing. */
export function installPackages(folder: string, addon?: Uint8Array): void {
  for (const name of Object.keys(packages())) {
    const place = join(folder, '..', name)
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name, main: 'addon.node' }))
    if (addon !== undefined) writeFileSync(join(place, 'addon.node'), addon)
  }
}

/** Returns the error that loading the package throws. */
export const loading = (t: ExecutionContext, folder: string): NodeJS.ErrnoException | undefined =>
  t.throws<NodeJS.ErrnoException>(() => require(folder) as unknown)
