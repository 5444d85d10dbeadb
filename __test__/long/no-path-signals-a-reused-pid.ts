// Children end and are reaped while the event loop gets no turn; their pids go to innocent processes; then every path that can
// signal is walked, before and after the handles hear of the exit: kill, sendSignal, both sync forms, options.timeout,
// options.signal, output() over maxBuffer, asyncDispose, and a worker's handle. Run as root in a pid namespace of its own.
//   unshare --kill-child -pf --mount-proc node build/__test__/long/no-path-signals-a-reused-pid.js COUNT [by-pid]
// With 'by-pid' each of these signals goes by number, as a mutant that must be caught.
import { execFileSync, spawn as nodeSpawn } from 'node:child_process'
import fs from 'node:fs'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { SharedChild, spawn, type ChildToken } from 'shared-child'
import { processEntry } from '../support/proc.js'
import { spinUntil, within } from '../support/within.js'
import { scratch } from './support/compile.js'
import { longTest } from './support/long-test.js'

const paths = ['kill', 'sendSignal', 'sync', 'timeout', 'abort', 'maxBuffer', 'asyncDispose', 'worker'] as const
type Path = (typeof paths)[number]

/**
 * Hands out chosen pids: writes ns_last_pid and forks until the fork has the pid. An innocent process waits to be released; then its end is reported:
 * 'take PID' -> 'got PID' or 'missed PID', 'release PID' -> 'end PID SIGNAL'. The test talks to it with blocking reads and writes.
 */
const GIVER = `
use strict; use POSIX; $| = 1; $SIG{PIPE} = 'IGNORE';
open(my $last, '>', '/proc/sys/kernel/ns_last_pid') or die "ns_last_pid: $!";
open(my $in, '<', $ARGV[0]) or die; open(my $out, '>', $ARGV[1]) or die; select((select($out), $| = 1)[0]);
my %innocent;
while (my $line = <$in>) {
  my ($command, $pid) = split ' ', $line;
  if ($command eq 'take') {
    my $taken = 0;
    for (1 .. 100) {
      pipe(my $read, my $write) or die;
      sysseek($last, 0, 0); syswrite($last, $pid - 1);
      my $got = fork(); die "fork: $!" unless defined $got;
      if ($got == 0) { close $write; POSIX::_exit(0) unless $$ == $pid; sysread($read, my $byte, 1); POSIX::_exit(0); }
      if ($got == $pid) { $innocent{$pid} = $write; $taken = 1; last; }
      waitpid($got, 0);
    }
    print $out $taken ? "got $pid\\n" : "missed $pid\\n";
  } else {
    syswrite($innocent{$pid}, 'x'); delete $innocent{$pid};
    waitpid($pid, 0);
    print $out "end $pid " . ($? & 127) . "\\n";
  }
}`

/** Shared with the workers: [phase, rounds done by the worker, signals "sent"]. */
const PHASE = 0
const ROUNDS = 1
const SENT = 2

interface Task {
  shared: Int32Array
  tokens: ChildToken[]
  pids: number[]
  byPid: boolean
}

function byNumber(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM')
  } catch {
    // No process has it.
  }
}

/** In a worker: polls until told to signal, then signals without end. */
function hammer({ shared, tokens, pids, byPid }: Task): void {
  const handles = tokens.map((token) => SharedChild.attach(token))
  const round = (): void => {
    const phase = Atomics.load(shared, PHASE)
    if (phase === 2) return
    if (phase === 1) {
      if (byPid) pids.forEach(byNumber)
      else
        for (const child of handles) {
          if (child.killSync() || child.sendSignalSync('SIGTERM')) Atomics.add(shared, SENT, 1)
        }
    }
    Atomics.add(shared, ROUNDS, 1)
    setImmediate(round)
  }
  Atomics.add(shared, ROUNDS, 1)
  round()
}

if (!isMainThread) hammer(workerData as Task)
else {
  longTest(async ({ count, variant, expect }) => {
    const byPid = variant === 'by-pid'
    const [toGiver, fromGiver] = [scratch('to'), scratch('from')]
    execFileSync('mkfifo', [toGiver, fromGiver])
    const giver = nodeSpawn('perl', ['-e', GIVER, toGiver, fromGiver], { stdio: ['ignore', 'ignore', 'inherit'] })
    const [ask, hear] = [fs.openSync(toGiver, 'r+'), fs.openSync(fromGiver, 'r+')]
    let unread = ''
    const tell = (line: string): string[] => {
      fs.writeSync(ask, `${line}\n`)
      while (!unread.includes('\n')) {
        const bytes = Buffer.alloc(256)
        unread += bytes.toString('latin1', 0, fs.readSync(hear, bytes))
      }
      const end = unread.indexOf('\n')
      const answer = unread.slice(0, end)
      unread = unread.slice(end + 1)
      return answer.split(' ')
    }

    const reuses: Record<Path, number> = {
      kill: 0,
      sendSignal: 0,
      sync: 0,
      timeout: 0,
      abort: 0,
      maxBuffer: 0,
      asyncDispose: 0,
      worker: 0,
    }
    let innocentsSignalled = 0
    let sent = 0
    let missed = 0
    const total = (): number => Object.values(reuses).reduce((sum, number) => sum + number)
    const note = (was: boolean): void => void (was && sent++)

    while (total() < count && missed < count) {
      const controller = new AbortController()
      const start = (path: Path): Promise<SharedChild> => {
        const limits = path === 'timeout' ? { timeout: 100 } : path === 'abort' ? { signal: controller.signal } : {}
        // The child that has to write too much has written it before its end, but nobody has read it.
        const script = path === 'maxBuffer' ? 'echo text; read line' : 'read line'
        return spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'], killSignal: 'SIGTERM', ...limits })
      }
      const atWorker = await start('worker')
      const shared = new Int32Array(new SharedArrayBuffer(12))
      const task: Task = { shared, tokens: [atWorker.share()], pids: [atWorker.pid], byPid }
      // A worker is expensive, so only one round in eight has one.
      const withWorker = total() % 64 < 8
      const worker = withWorker ? new Worker(__filename, { workerData: task }) : null
      if (worker) while (Atomics.load(shared, ROUNDS) === 0) await new Promise((resolve) => setTimeout(resolve, 1))
      const early = await Promise.all(paths.filter((path) => path !== 'timeout' && path !== 'worker').map(start))
      const late = await start('timeout')
      const begin = performance.now()
      const children = paths.map((path) => (path === 'worker' ? atWorker : path === 'timeout' ? late : early.shift()!))
      const pids = children.map(({ pid }) => pid)
      const writers = children.map((child) => (child.stdin as unknown as { _handle: { fd: number } })._handle.fd)
      const output = children[paths.indexOf('maxBuffer')]!.output({ maxBuffer: 0 })
      output.catch(() => undefined)

      // From here on the event loop gets no turn.
      for (const fd of writers) {
        try {
          fs.writeSync(fd, 'go\n')
        } catch {
          // On a machine that is so slow, its timeout came first.
        }
      }
      spinUntil('all are reaped', () => pids.every((pid) => processEntry(pid) === null))
      const taken = new Set<number>()
      for (const pid of pids) {
        if (tell(`take ${pid}`)[0] === 'got') taken.add(pid)
        else missed++
      }
      spinUntil('the time-out is due', () => performance.now() - begin > 110)
      Atomics.store(shared, PHASE, 1)
      const pending: Promise<unknown>[] = [output.catch(() => undefined)]
      const walk = (): void => {
        for (const [i, path] of paths.entries()) {
          const child = children[i]!
          if (byPid) {
            byNumber(child.pid)
            continue
          }
          if (path === 'kill') pending.push(child.kill().then(note), child.kill('SIGTERM').then(note))
          if (path === 'sendSignal')
            pending.push(child.sendSignal('SIGKILL').then(note), child.sendSignal('SIGUSR1').then(note))
          if (path === 'sync') [child.killSync(), child.killSync(0), child.sendSignalSync('SIGTERM')].forEach(note)
          if (path === 'abort') controller.abort()
          if (path === 'asyncDispose') pending.push(child[Symbol.asyncDispose]())
        }
      }
      walk()
      if (worker) {
        const rounds = Atomics.load(shared, ROUNDS)
        spinUntil('the worker has signalled', () => Atomics.load(shared, ROUNDS) > rounds + 2)
      }
      // And again after the handles know about the exit. The timers' phase, with the timeout, comes before the events.
      await new Promise((resolve) => setTimeout(resolve, 0))
      await within(10_000, 'all waits', Promise.all([...pending, ...children.map((child) => child.wait())]))
      walk()
      await within(10_000, 'all promises', Promise.all(pending))
      Atomics.store(shared, PHASE, 2)
      note(Atomics.load(shared, SENT) > 0)
      if (worker) await within(10_000, 'the end of the worker', worker.terminate())
      for (const [i, path] of paths.entries()) {
        const pid = pids[i]!
        if (!taken.has(pid)) continue
        if (path !== 'worker' || withWorker) reuses[path]++
        if (tell(`release ${pid}`)[2] !== '0') innocentsSignalled++
      }
    }
    giver.kill('SIGKILL')
    expect(total() >= count, `${total()} pids were reused`)
    expect(innocentsSignalled === 0, `${innocentsSignalled} innocents were signalled`)
    expect(sent === 0, `${sent} calls said that they sent a signal`)
    return { reuses: total(), ...reuses, missed, innocentsSignalled, sentWhenGone: sent }
  })
}
