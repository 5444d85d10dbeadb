/** A program that lists its own fds, with the one it lists them through: the lowest that was free. */
export const LIST_FDS = ['ls', ['/proc/self/fd']] as const

/** What it has printed. */
export const fdsIn = (stdout: string): number[] =>
  stdout
    .trim()
    .split('\n')
    .map(Number)
    .toSorted((a, b) => a - b)
