import { compileLibrary, noCompiler } from './support/native-code.js'
import { report, runScript } from './support/scripts.js'
import { testUnless } from './support/skip.js'

/** Kernels before 5.2 ignore a bit of clone's flags that they do not know: CLONE_PIDFD. */
const ignoreClonePidfd = `
  #define _GNU_SOURCE
  #include <dlfcn.h>
  #include <sched.h>
  #include <stdarg.h>
  int clone(int (*run)(void *), void *stack, int flags, void *argument, ...) {
    int (*real)(int (*)(void *), void *, int, void *, ...) = dlsym(RTLD_NEXT, "clone");
    va_list more;
    va_start(more, argument);
    void *pidfd = va_arg(more, void *);
    va_end(more);
    return real(run, stack, flags & ~0x1000, argument, pidfd, 0, 0);
  }`

testUnless(noCompiler, 'a clone that gives no pidfd', async (t) => {
  const env = { LD_PRELOAD: compileLibrary(t, ignoreClonePidfd) }
  const seen = await report(t, runScript(t, 'spawn-kill-and-fail', [], { env }))
  t.deepEqual(seen, { code: 3, signal: 'SIGKILL', error: 'ENOENT', left: [] })
})
