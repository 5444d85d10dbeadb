/** A program that starts another one, prints both pids, and goes on running. Only with a group can both be ended together. */
export const scriptOfATree = `
  const { spawn } = require('node:child_process')
  const stay = ['-e', 'setTimeout(() => {}, 600000)']
  const other = spawn(process.execPath, stay, { detached: true, stdio: 'ignore' })
  process.stdout.write(process.pid + ' ' + other.pid + '\\n')
  setTimeout(() => {}, 600000)`

/** The same program, but it exits with code 3 when its stdin tells it to. */
export const scriptOfATreeThatIsLeft = `${scriptOfATree}
  process.stdin.once('data', () => process.exit(3))`

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

export const end = (pid: number): void => {
  if (isRunning(pid)) process.kill(pid, 'SIGKILL')
}
