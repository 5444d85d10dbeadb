// Gets repositories of other projects, at a tag.
import { rmSync } from 'node:fs'
import { doing } from './console.mjs'
import { attempt } from './run.mjs'

/** A mirror with the same layout may be used instead: a URL, which may be that of a folder (file:///...). */
const host = process.env.SHARED_CHILD_PEERS_FROM ?? 'https://github.com'

/** @param {string} repository its owner and name */
export const addressOf = (repository) => `${host}/${repository}`

/**
 * @param {string} repository its owner and name
 * @param {string} tag
 * @param {string} folder which is there only if this succeeds
 * @param {string[]} parts the folders that are needed; an empty list means all
 * @returns {Promise<boolean>} false if the repository is not available from here
 */
export async function clone(repository, tag, folder, ...parts) {
  const address = addressOf(repository)
  doing(`clone ${address} ${tag} into .cache/peers`)
  const git = (/** @type {string[]} */ ...args) =>
    attempt('git', args, { env: { GIT_TERMINAL_PROMPT: '0' }, quiet: true })
  const sparse = parts.length > 0 ? ['--filter=blob:none', '--sparse'] : []
  const { ok } = await git('clone', '--quiet', '--depth=1', ...sparse, `--branch=${tag}`, address, folder)
  const done = ok && (parts.length === 0 || (await git('-C', folder, 'sparse-checkout', 'set', ...parts)).ok)
  if (!done) rmSync(folder, { recursive: true, force: true })
  return done
}
