import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { ExecutionContext } from 'ava'
import { runHost } from './scripts.js'
import { missing, notLinux } from './skip.js'
import { within } from './within.js'

/**
 * Holds a lease on a file (man 2 fcntl). A process that opens the file waits in the kernel until the holder, which the kernel notifies by a signal,
 * gives the lease back. If it does not, the kernel breaks the lease after /proc/sys/fs/lease-break-time seconds.
 */
const HOLDER = `
use strict; $| = 1;
my ($F_SETLEASE, $WRITE, $NONE) = (1024, 1, 2);
my ($file, $when, $mark) = @ARGV;
open(my $handle, '<', $file) or die "open: $!";
my $asked = 0;
$SIG{IO} = sub { $asked = 1 };
defined fcntl($handle, $F_SETLEASE, $WRITE) or die "no lease: $!";
exit 0 if $when eq 'probe';
print "held\\n";
select(undef, undef, undef, 0.01) until $asked;
if ($when eq 'at once') { open(my $note, '>', $mark) or die; close $note; }
else { print "asked for\\n"; <STDIN>; }
fcntl($handle, $F_SETLEASE, $NONE);
`

/** Says why a program's exec cannot be held up here, or returns false. */
export const cannotLease = notLinux || missing('perl') || (!probe() && 'may not lease a file')

function probe(): boolean {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'shared-child-'))
  const file = path.join(directory, 'file')
  fs.writeFileSync(file, '')
  const { status } = spawnSync('perl', ['-e', HOLDER, file, 'probe'], { stdio: 'ignore' })
  fs.rmSync(directory, { recursive: true })
  return status === 0
}

export interface Lease {
  /** Resolves once somebody waits for the file. */
  isAskedFor(): Promise<void>
  giveBack(): void
  /** For a lease that is given back at once: whether that has happened. Asks without a turn of the event loop. */
  wasGivenBack(): boolean
}

/** Holds up every process that opens `file` until `giveBack()`; or only for an instant, if the lease is given back at once. */
export async function holdLease(t: ExecutionContext, file: string, when = 'when told to'): Promise<Lease> {
  const mark = `${file}.given-back`
  const holder = runHost(t, ['perl', '-e', HOLDER, file, when, mark])
  await within(20_000, 'the lease', holder.line())
  return {
    isAskedFor: async () => void (await within(20_000, 'somebody who opens the file', holder.line())),
    giveBack: () => void holder.process.stdin.end('go\n'),
    wasGivenBack: () => fs.existsSync(mark),
  }
}
