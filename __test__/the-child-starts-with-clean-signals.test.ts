import { report, runScript } from './support/scripts.js'
import { missing, notLinux, testUnless } from './support/skip.js'

// A parent that blocks, ignores and catches signals: none of it may reach the child. (Node itself ignores SIGPIPE.)
testUnless(notLinux || missing('perl'), 'nothing blocked, nothing ignored, nothing caught', async (t) => {
  const set = `
    use POSIX;
    $SIG{HUP} = 'IGNORE'; $SIG{QUIT} = 'IGNORE';
    my $set = POSIX::SigSet->new(SIGUSR2, SIGTERM, SIGCHLD);
    sigprocmask(SIG_BLOCK, $set);
    exec @ARGV;`
  const seen = await report<Record<string, { blocked: string; ignored: string; caught: string }>>(
    t,
    runScript(t, 'show-signals-of-children', [], { wrapper: ['perl', '-e', set] }),
  )
  t.deepEqual(Object.keys(seen).sort(), ['spawn', 'spawn from a worker', 'spawnSync', 'spawnSync from a worker'])
  for (const [way, { blocked, ignored, caught }] of Object.entries(seen)) {
    t.deepEqual(
      [blocked, ignored, caught].map((mask) => BigInt(`0x${mask}`)),
      [0n, 0n, 0n],
      way,
    )
  }
})
