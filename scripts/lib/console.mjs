// Prints the output of the scripts: one line for each step, with colour only on a terminal.

/** Whether this script and the programs that it runs may print colour. */
export const colourful = process.stdout.isTTY && !process.env.NO_COLOR

/** ANSI codes: on, off. */
const styles = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] }

/**
 * @param {keyof typeof styles} style
 * @param {string} text
 */
export const paint = (style, text) =>
  colourful ? `\u001B[${styles[style][0]}m${text}\u001B[${styles[style][1]}m` : text

/** @param {number} ms */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

/** @param {string} text */
export const heading = (text) => console.log(`\n${paint('bold', `== ${text}`)}`)

/**
 * @param {string} name
 * @param {number} ms
 */
export const done = (name, ms) =>
  console.log(`${paint('green', 'ok')}      ${name} ${paint('dim', `(${duration(ms)})`)}`)

/** @param {string} name */
export const doing = (name) => console.log(`${paint('dim', '..')}      ${name}`)

/**
 * @param {string} name
 * @param {string} reason
 */
export const skipped = (name, reason) => console.log(`${paint('yellow', 'skipped')} ${name}: ${reason}`)

/**
 * @param {string} name
 * @param {string} reason
 */
export const failed = (name, reason) => console.log(`${paint('red', 'FAILED')}  ${name}: ${reason}`)

/** An error whose message says everything, so that it is printed without a stack. */
export class Trouble extends Error {}

/**
 * Runs a script's main function; if it throws, the process ends with code 1.
 * @param {() => Promise<void>} main
 */
export function runMain(main) {
  main().catch((/** @type {unknown} */ error) => {
    console.error(error instanceof Trouble ? `\n${paint('red', 'error')}: ${error.message}` : error)
    process.exitCode = 1
  })
}
