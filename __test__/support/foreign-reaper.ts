import type { ExecutionContext } from 'ava'
import { compileLibrary } from './native-code.js'

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

/** Compiles one of them, and returns the path of the library. */
export const compileReaper = (t: ExecutionContext, name: keyof typeof reapers): string =>
  compileLibrary(t, reapers[name])
