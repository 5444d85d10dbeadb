import { compileLibrary, noCompiler } from './support/native-code.js'
import { report, runScript } from './support/scripts.js'
import { notRoot, testUnless } from './support/skip.js'

/** What each library takes from the thread that loads it, and which lines of /proc/PID/status show it. */
const losses = {
  no_new_privs: { code: 'prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);', lines: '^NoNewPrivs', needs: noCompiler },
  'a filter of system calls': {
    code: `
      struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
      struct sock_fprog program = { 1, all };
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);`,
    lines: '^Seccomp',
    needs: noCompiler,
  },
  'a capability': { code: 'prctl(PR_CAPBSET_DROP, 25, 0, 0, 0);', lines: '^CapBnd', needs: noCompiler || notRoot },
}

for (const [what, { code, lines, needs }] of Object.entries(losses)) {
  testUnless(needs, `a thread that has given up ${what}`, async (t) => {
    const library = compileLibrary(
      t,
      `#include <linux/filter.h>
       #include <linux/seccomp.h>
       #include <sys/prctl.h>
       void *napi_register_module_v1(void *env, void *exports) { ${code} return exports; }`,
    )
    const { expected, seen } = await report<{ expected: string; seen: string[] }>(
      t,
      runScript(t, 'give-up-rights-and-spawn', [library, lines]),
    )
    t.deepEqual(seen, [expected, expected])
  })
}
