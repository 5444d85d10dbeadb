// Acts as a user who has installed the package in a directory, and runs the programs of scripts/packed/ there.
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bin, inRoot } from './project.mjs'
import { run, runNode } from './run.mjs'

/**
 * Copies a program into the user's directory and runs it.
 * @param {string} user the directory
 * @param {string} name of the program
 * @param {readonly [string, ...string[]]} [runtime] the command that runs it
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function runProgram(user, name, [command, ...args] = [process.execPath], env = {}) {
  copyFileSync(inRoot('scripts', 'packed', name), join(user, name))
  await run(command, [...args, join(user, name)], { cwd: user, env, quiet: true })
}

/**
 * Compiles a program of scripts/packed/ with the strictest options.
 * @param {string} user the directory
 * @param {string} source in scripts/packed/, with .txt after its name, so that no tool of this repository compiles it
 * @param {string} file its name here, which says whether it is CommonJS or ESM
 * @param {object} options of the compiler
 */
export async function compile(user, source, file, options) {
  copyFileSync(inRoot('scripts', 'packed', `${source}.txt`), join(user, file))
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    target: 'es2022',
    lib: ['es2022', 'esnext.disposable'],
    types: ['node'],
    typeRoots: [inRoot('node_modules', '@types')],
    ...options,
  }
  writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
  await runNode(bin('typescript', 'tsc'), ['-p', user], { quiet: true })
}
