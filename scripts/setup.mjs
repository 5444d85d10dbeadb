// Makes a fresh clone run: installs dependencies, builds the native addon and the TypeScript. What has not changed is not done again.
//   node scripts/setup.mjs [--debug | --prebuilt]
// It uses only Node's own modules, because it runs before node_modules exists.
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'
import { doing, done, runMain } from './lib/console.mjs'
import { cargoDependencies, npmDependencies } from './lib/dependencies.mjs'
import { nativeAddon, prebuiltAddon } from './lib/native.mjs'
import { checkToolchain } from './lib/toolchain.mjs'
import { typescript } from './lib/typescript.mjs'

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {() => boolean} isFresh
 * @property {() => Promise<void>} work
 */

/**
 * Does the steps that are not done yet.
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
 * What to run against: a release build, as users get it, a debug build, or the addon in artifacts/, which needs no Rust.
 * @typedef {'release' | 'debug' | 'prebuilt'} Profile
 */

/**
 * @param {readonly string[]} args of a script
 * @returns {Profile}
 */
export function profileOf(args) {
  if (args.includes('--prebuilt')) return 'prebuilt'
  return args.includes('--debug') ? 'debug' : 'release'
}

/** @param {{ profile?: Profile }} [options] */
export async function setup({ profile = 'release' } = {}) {
  const start = performance.now()
  const rustc = await checkToolchain({ rust: profile !== 'prebuilt' })
  const addon = profile === 'prebuilt' ? [prebuiltAddon] : [cargoDependencies, nativeAddon(profile, rustc)]
  const worked = await runSteps([npmDependencies, ...addon, typescript])
  if (worked === 0) done('set-up: nothing changed', performance.now() - start)
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  runMain(() => setup({ profile: profileOf(argv) }))
}
