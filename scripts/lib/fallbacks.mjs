// The fallbacks that old kernels, seccomp filters and emulators force on this package: how to force them here.

/** Each by its name. @type {Record<string, NodeJS.ProcessEnv>} */
export const fallbacks = { fork: { SHARED_CHILD_ENGINE: 'fork' }, threads: { SHARED_CHILD_REACTOR: 'threads' } }

/** @type {NodeJS.ProcessEnv} */
export const allFallbacks = { ...fallbacks.fork, ...fallbacks.threads }
