// Knows whether anything has changed: it keeps a fingerprint of what a step read when it last succeeded.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { cache, inRoot, root } from './project.mjs'

/**
 * Returns every file under the named files and folders of the repository, sorted; missing ones are left out.
 * @param {readonly string[]} paths
 * @returns {string[]} absolute paths
 */
export function filesUnder(paths) {
  return paths.flatMap((path) => {
    const full = inRoot(path)
    const stat = statSync(full, { throwIfNoEntry: false })
    if (stat === undefined) return []
    if (stat.isFile()) return [full]
    const names = readdirSync(full, { recursive: true, encoding: 'utf8' }).toSorted()
    return names.map((name) => join(full, name)).filter((file) => statSync(file).isFile())
  })
}

/**
 * @param {readonly string[]} paths files and folders whose contents count
 * @param {readonly string[]} facts anything else that counts: versions, flags
 */
export function fingerprint(paths, facts) {
  const hash = createHash('sha256')
  for (const fact of facts) hash.update(`${fact}\0`)
  for (const file of filesUnder(paths)) {
    hash.update(`${relative(root, file)}\0`)
    hash.update(readFileSync(file))
    hash.update('\0')
  }
  return hash.digest('hex')
}

const stampOf = (/** @type {string} */ step) => join(cache, `${step}.stamp`)

/**
 * Whether the step was last done with this fingerprint.
 * @param {string} step
 * @param {string} print
 */
export function isDone(step, print) {
  try {
    return readFileSync(stampOf(step), 'utf8') === print
  } catch {
    return false
  }
}

/**
 * Call this before a step starts to change things, so that an interrupted step is done again.
 * @param {string} step
 */
export const forget = (step) => rmSync(stampOf(step), { force: true })

/**
 * @param {string} step
 * @param {string} print
 */
export function remember(step, print) {
  mkdirSync(cache, { recursive: true })
  writeFileSync(stampOf(step), print)
}
