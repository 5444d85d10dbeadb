import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { install, loading, packages } from './support/installed.js'

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

test('a tarball that names no packages for platforms', (t) => {
  const error = loading(t, install(t))
  t.is(error?.code, 'MODULE_NOT_FOUND')
  t.regex(error?.message ?? '', /it is in the package shared-child-\S+, an optional dependency/)
  t.notRegex(error?.message ?? '', /npm run build/)
})

test('a checkout that has not been built', (t) => {
  const folder = install(t)
  writeFileSync(join(folder, 'Cargo.toml'), '')
  const error = loading(t, folder)
  t.is(error?.code, 'MODULE_NOT_FOUND')
  t.regex(error?.message ?? '', /npm run build/)
})
