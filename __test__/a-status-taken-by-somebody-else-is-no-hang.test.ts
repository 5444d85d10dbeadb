import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { temporaryDirectory } from './support/files.js'
import { report, runScript } from './support/scripts.js'
import { notLinux, testUnless } from './support/skip.js'

// Code that waits for every child of the process, as some C libraries do. It runs when it is loaded, by process.dlopen, and stays.
const sources = {
  'SIGCHLD ignored': `
    #include <signal.h>
    __attribute__((constructor)) static void start(void) { signal(SIGCHLD, SIG_IGN); }`,
  'SA_NOCLDWAIT': `
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
}

const compiler = ((): string | null => {
  for (const cc of ['cc', 'gcc', 'clang']) {
    try {
      execFileSync(cc, ['--version'], { stdio: 'ignore' })
      return cc
    } catch {
      // The next one.
    }
  }
  return null
})()

/** PIDFD_GET_INFO gives the exit code of a process that somebody else has reaped from Linux 6.15 on; to those who have a pidfd. */
const [major = 0, minor = 0] = os.release().split('.').map(Number)
const hasPidfds = process.env['SHARED_CHILD_REACTOR'] !== 'threads'
const kernelCanTell = hasPidfds && (major > 6 || (major === 6 && minor >= 15))

interface Seen {
  outcomes: string[]
  late: string[]
  signals: unknown[]
}

for (const [name, source] of Object.entries(sources)) {
  testUnless(notLinux || (compiler === null && 'needs a C compiler'), `${name}: every wait settles, and no signal is sent afterwards`, async (t) => {
    const directory = temporaryDirectory(t)
    const file = path.join(directory, 'reaper.c')
    const library = path.join(directory, 'reaper.node')
    fs.writeFileSync(file, source)
    execFileSync(compiler ?? 'cc', ['-shared', '-fPIC', '-pthread', '-Wl,-z,nodelete', '-o', library, file])

    const seen = await report<Seen>(t, runScript(t, 'wait-beside-a-foreign-reaper', [library], { limit: 30_000 }))
    t.is(seen.outcomes.length, 20 * 4)
    const truth = kernelCanTell ? /^code 42$/ : /^(code 42|ERR_CHILD_REAPED_ELSEWHERE)$/
    // A thread in waitpid(-1) may come after us: then the status is the true one on any kernel.
    for (const outcome of [...seen.outcomes, ...seen.late]) t.regex(outcome, truth)
    for (const sent of seen.signals) t.is(sent, false)
  })
}

testUnless(notLinux, 'a parent started with SIGCHLD ignored', async (t) => {
  const wrapper = ['perl', '-e', "$SIG{CHLD} = 'IGNORE'; exec @ARGV"]
  const seen = await report<Seen>(t, runScript(t, 'wait-beside-a-foreign-reaper', [], { wrapper, limit: 30_000 }))
  t.is(seen.outcomes.length, 20 * 4)
  for (const outcome of [...seen.outcomes, ...seen.late]) t.is(outcome, 'code 42')
  for (const sent of seen.signals) t.is(sent, false)
})
