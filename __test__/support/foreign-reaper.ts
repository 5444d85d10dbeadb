import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { ExecutionContext } from 'ava'
import { temporaryDirectory } from './files.js'
import { missing, notLinux } from './skip.js'

/** Code that takes the status of every child of its process, as some C libraries do. It runs when it is loaded, by process.dlopen, and stays. */
export const reapers = {
  'SIGCHLD ignored': `
    #include <signal.h>
    __attribute__((constructor)) static void start(void) { signal(SIGCHLD, SIG_IGN); }`,
  SA_NOCLDWAIT: `
    #include <signal.h>
    __attribute__((constructor)) static void start(void) {
      struct sigaction act = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
      sigaction(SIGCHLD, &act, 0);
    }`,
  'a thread in waitpid(-1)': `
    #include <pthread.h>
    #include <unistd.h>
    #include <sys/wait.h>
    static void *reap(void *x) { for (;;) if (waitpid(-1, 0, 0) < 0) usleep(100); return x; }
    __attribute__((constructor)) static void start(void) { pthread_t t; pthread_create(&t, 0, reap, 0); }`,
} as const

export const noCompiler = notLinux || missing('cc')

/** Compiles one of them; gives the path of the library. */
export function compileReaper(t: ExecutionContext, name: keyof typeof reapers): string {
  const directory = temporaryDirectory(t)
  const file = path.join(directory, 'reaper.c')
  const library = path.join(directory, 'reaper.node')
  fs.writeFileSync(file, reapers[name])
  execFileSync('cc', ['-shared', '-fPIC', '-pthread', '-Wl,-z,nodelete', '-o', library, file])
  return library
}
