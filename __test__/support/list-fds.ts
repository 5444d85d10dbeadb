/** A program that lists its own fds, including the one through which it reads the list: the lowest that was free. */
export const LIST_FDS = ['ls', ['/proc/self/fd']] as const

/** Parses what the program has printed. */
export const fdsIn = (stdout: string): number[] =>
  stdout
    .trim()
    .split('\n')
    .map(Number)
    .toSorted((a, b) => a - b)
