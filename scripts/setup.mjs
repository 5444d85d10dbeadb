// From a fresh clone to something that runs: dependencies, native addon, TypeScript. What has not changed is not done again.
//   node scripts/setup.mjs [--debug]
// Uses Node's own modules only: it runs before node_modules is there.
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'
import { doing, done, runMain } from './lib/console.mjs'
import { cargoDependencies, npmDependencies } from './lib/dependencies.mjs'
import { nativeAddon } from './lib/native.mjs'
import { checkToolchain } from './lib/toolchain.mjs'
import { typescript } from './lib/typescript.mjs'

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {() => boolean} isFresh
 * @property {() => Promise<void>} work
 */

/**
 * Do what is not done yet.
 * @param {readonly Step[]} steps
 * @returns {Promise<number>} how many had to be done
 */
export async function runSteps(steps) {
  let worked = 0
  for (const step of steps) {
    if (step.isFresh()) continue
    worked += 1
    doing(step.name)
    const begin = performance.now()
    await step.work()
    done(step.name, performance.now() - begin)
  }
  return worked
}

/**
 * @param {{ profile?: 'release' | 'debug' }} [options] release is what users get, and what the tests run against
 */
export async function setup({ profile = 'release' } = {}) {
  const start = performance.now()
  const rustc = await checkToolchain()
  const worked = await runSteps([npmDependencies, cargoDependencies, nativeAddon(profile, rustc), typescript])
  if (worked === 0) done('set-up: nothing changed', performance.now() - start)
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  runMain(() => setup({ profile: argv.includes('--debug') ? 'debug' : 'release' }))
}
