// The version of the package that is measured.
import { readFileSync } from 'node:fs'
import { inRoot } from './places.js'

export const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as { version: string }
