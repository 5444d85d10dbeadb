// Runs other programs.
import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { Trouble } from './console.mjs'
import { root } from './project.mjs'

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env] on top of this process's environment
 * @property {string} [cwd] default: the repository's root
 * @property {boolean} [quiet] collect the output without showing it
 * @property {number} [seconds] after which it is killed, on Unix with its process group. Such a run ends soon after the exit, because what it has started may keep its output open
 */

/**
 * @typedef {object} Outcome
 * @property {boolean} ok
 * @property {string} how 'exit code 1', 'SIGKILL', 'not done after 60 s'
 * @property {string} output stdout and stderr, in the order in which they came
 */

/** How many milliseconds after its exit the output of a program with a time limit is read. What it wrote last may still be on its way. */
const PATIENCE = 2000

/**
 * Runs a program to its end. Its output is shown as it comes, and returned.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export function attempt(command, args, { env = {}, cwd = root, quiet = false, seconds } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      detached: seconds !== undefined && process.platform !== 'win32',
    })
    let output = ''
    let late = false
    const end = () => {
      late = true
      if (process.platform === 'win32' || child.pid === undefined) child.kill('SIGKILL')
      else process.kill(-child.pid, 'SIGKILL')
    }
    let timer = seconds === undefined ? undefined : setTimeout(end, seconds * 1000)
    /** @type {(from: import('node:stream').Readable, to: NodeJS.WriteStream) => void} */
    const follow = (from, to) => {
      from.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output += text
        if (!quiet) to.write(text)
      })
    }
    follow(child.stdout, process.stdout)
    follow(child.stderr, process.stderr)
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ ok: false, how: error.message, output })
    })
    /** @type {(code: number | null, signal: string | null) => void} */
    const finish = (code, signal) => {
      clearTimeout(timer)
      child.stdout.destroy()
      child.stderr.destroy()
      const how = late ? `not done after ${seconds} s` : (signal ?? `exit code ${code}`)
      resolve({ ok: code === 0, how, output })
    }
    child.on('close', finish)
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      if (seconds !== undefined) timer = setTimeout(finish, PATIENCE, code, signal)
    })
  })
}

/**
 * Does the same for a program that has to succeed: a failure is a Trouble that shows the output of a quiet program.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>} its output
 */
export async function run(command, args, options = {}) {
  const { ok, how, output } = await attempt(command, args, options)
  if (ok) return output
  const shown = options.quiet ? `\n${output.trimEnd()}` : ''
  throw new Trouble(`${[basename(command), ...args].join(' ')}: ${how}${shown}`)
}

/**
 * Runs a Node script (usually a command of node_modules) with this Node.
 * @param {string} script
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export const runNode = (script, args, options) => run(process.execPath, [script, ...args], options)

/**
 * Runs npm itself: the one that runs this script, if there is one.
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function npm(args, options) {
  const script = process.env.npm_execpath
  if (script !== undefined && basename(script) === 'npm-cli.js') return runNode(script, args, options)
  // On Windows, npm is a .cmd file, which only the shell can run.
  return process.platform === 'win32'
    ? run('cmd.exe', ['/d', '/c', 'npm', ...args], options)
    : run('npm', args, options)
}
