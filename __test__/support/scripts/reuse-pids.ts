import { spawn as nodeSpawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { SharedChild, spawn, type ChildToken, type ExitStatus } from 'shared-child'

// Run as root in a pid namespace of its own. Children are killed by handles in three workers; the moment a pid is free an innocent process
// gets it, while the workers go on killing by their handles. With 'by-pid' the workers kill by number instead, as a mutant that must be caught.

/** Hands out chosen pids: writes ns_last_pid and forks until the fork has the pid. An innocent process only waits to be released. */
const SPINNER = `
use strict; use POSIX; $| = 1; $SIG{PIPE} = 'IGNORE';
my (%wanted, %triesLeft, %innocent, $input);
open(my $last, '>', '/proc/sys/kernel/ns_last_pid') or die "ns_last_pid: $!";
while (1) {
  my $ready = ''; vec($ready, 0, 1) = 1;
  if (select($ready, undef, undef, %wanted ? 0 : undef) > 0) {
    sysread(STDIN, my $more, 65536) or exit 0;
    $input .= $more;
    while ($input =~ s/^(\\w+) (\\d+)\\n//) {
      my ($command, $pid) = ($1, $2);
      if ($command eq 'take') { pipe(my $read, my $write) or die; $wanted{$pid} = [$read, $write]; }
      elsif ($command eq 'free') { $triesLeft{$pid} = 500; }
      elsif ($command eq 'release') {
        syswrite($innocent{$pid}[1], 'x');
        waitpid($pid, 0);
        my ($signal, $code) = ($? & 127, $? >> 8);
        delete $innocent{$pid};
        print "end $pid $signal $code\\n";
      }
    }
  }
  for my $pid (keys %wanted) {
    sysseek($last, 0, 0); syswrite($last, $pid - 1);
    my $got = fork();
    die "fork: $!" unless defined $got;
    if ($got == 0) {
      POSIX::_exit(0) unless $$ == $pid;
      sysread($wanted{$pid}[0], my $byte, 1);
      POSIX::_exit(0);
    }
    if ($got == $pid) {
      $innocent{$pid} = delete $wanted{$pid}; delete $triesLeft{$pid};
      print "got $pid\\n";
      next;
    }
    waitpid($got, 0);
    if (defined $triesLeft{$pid} && --$triesLeft{$pid} < 0) {
      delete $wanted{$pid}; delete $triesLeft{$pid};
      print "missed $pid\\n";
    }
  }
}`

const WORKERS = 3
const BATCH = 5
/** Shared between all threads: what the workers may do, how often each has gone through all its handles, how often a gone child was "signalled". */
const PHASE = 0
const SENT_WHEN_GONE = 1
const ROUNDS = 2
const ASK = 0
const KILL = 1
const GONE = 2

interface Setup {
  shared: Int32Array
  index: number
  byPid: boolean
}

/** A worker: signals by every handle it has, in every way there is, as fast as it can. */
function hammer({ shared, index, byPid }: Setup): void {
  const handles: SharedChild[] = []
  const signals = ['SIGKILL', 'SIGTERM', 'SIGUSR1'] as const
  let turn = 0
  const signal = (child: SharedChild, phase: number): void => {
    const which = signals[turn++ % signals.length] ?? 'SIGKILL'
    if (byPid) {
      try {
        process.kill(child.pid, which)
      } catch {
        // No process has that pid right now.
      }
      return
    }
    const note = (sent: boolean): void => {
      if (sent && phase === GONE) Atomics.add(shared, SENT_WHEN_GONE, 1)
    }
    note(child.killSync(which))
    note(child.sendSignalSync(which))
    note(child.killSync(0))
    if (turn % 4 === 0) {
      void child.kill(which).then(note)
      void child.sendSignal(which).then(note)
    }
  }
  const round = (): void => {
    const phase = Atomics.load(shared, PHASE)
    for (let i = 0; i < 20; i++) {
      for (const child of handles) {
        if (phase === ASK) child.tryWaitSync()
        else signal(child, phase)
      }
    }
    Atomics.add(shared, ROUNDS + index, 1)
    setImmediate(round)
  }
  parentPort?.on('message', (tokens: ChildToken[]) => {
    // The batch before the last is released, so that there are stale handles of more than one age.
    handles.splice(0, Math.max(0, handles.length - BATCH))
    const mine = tokens.map((token) => SharedChild.attach(token))
    handles.push(...mine)
    parentPort?.postMessage('attached', [])
    void Promise.all(mine.map((child) => child.wait())).then((statuses) => parentPort?.postMessage(statuses, []))
  })
  round()
}

async function main(): Promise<void> {
  const wantedReuses = Number(process.argv[2])
  const byPid = process.argv[3] === 'by-pid'
  const shared = new Int32Array(new SharedArrayBuffer(4 * (ROUNDS + WORKERS)))
  const workers = Array.from(
    { length: WORKERS },
    (_, index) => new Worker(__filename, { workerData: { shared, index, byPid } satisfies Setup }),
  )
  const inboxes = workers.map((worker) => inbox<'attached' | ExitStatus[]>((push) => worker.on('message', push)))
  const spinner = nodeSpawn('perl', ['-e', SPINNER], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = inbox<string>((push) => createInterface({ input: spinner.stdout }).on('line', push))
  const tell = (command: string, pids: readonly number[]): void => {
    spinner.stdin.write(pids.map((pid) => `${command} ${pid}\n`).join(''))
  }

  let reuses = 0
  let missed = 0
  let statuses = 0
  const innocentsSignalled: string[] = []
  const wrongStatuses: string[] = []
  // If a pid is often lost to another thread, there are more tries, but not without limit.
  while (reuses < wantedReuses && missed < wantedReuses) {
    Atomics.store(shared, PHASE, ASK)
    const controller = new AbortController()
    const options = { stdio: 'ignore', signal: controller.signal, timeout: 60_000 } as const
    const children = await Promise.all(Array.from({ length: BATCH - 2 }, () => spawn('sleep', ['1000'], options)))
    while (children.length < BATCH) children.push(SharedChild.spawnSync('sleep', ['1000'], options))
    const pids = children.map(({ pid }) => pid)
    const waits = Promise.all(children.map((child) => child.wait()))
    for (const worker of workers)
      worker.postMessage(
        children.map((child) => child.share()),
        [],
      )
    for (const next of inboxes) if ((await next()) !== 'attached') throw new Error('expected "attached"')

    tell('take', pids)
    Atomics.store(shared, PHASE, KILL)
    const here = await waits
    Atomics.store(shared, PHASE, GONE)
    tell('free', pids)
    const there: unknown[] = []
    for (const next of inboxes) there.push(await next())
    for (const list of there as ExitStatus[][]) {
      for (const [i, status] of list.entries()) {
        statuses++
        if (JSON.stringify(status) !== JSON.stringify(here[i])) wrongStatuses.push(JSON.stringify(status))
      }
    }
    for (const status of here)
      if (!/^SIG(KILL|TERM|USR1)$/.test(status.signal ?? '')) wrongStatuses.push(JSON.stringify(status))

    const got: number[] = []
    for (const _ of pids) {
      const [answer, pid] = (await answers()).split(' ')
      if (answer === 'got') got.push(Number(pid))
      else missed++
    }
    controller.abort()
    for (const child of children)
      if (child.killSync() || (await child.kill('SIGTERM'))) Atomics.add(shared, SENT_WHEN_GONE, 1)
    const before = workers.map((_, i) => Atomics.load(shared, ROUNDS + i))
    while (before.some((count, i) => Atomics.load(shared, ROUNDS + i) < count + 2)) {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    tell('release', got)
    for (const _ of got) {
      const answer = await answers()
      const [, , signal, code] = answer.split(' ')
      reuses++
      if (signal !== '0' || code !== '0') innocentsSignalled.push(answer)
    }
  }
  const sentWhenGone = Atomics.load(shared, SENT_WHEN_GONE)
  const result = {
    reuses,
    missed,
    statuses,
    innocentsSignalled: innocentsSignalled.length,
    wrongStatuses: wrongStatuses.slice(0, 5),
    sentWhenGone,
  }
  spinner.stdin.end()
  process.stdout.write(JSON.stringify(result), () => process.exit(0))
}

/** Messages in the order in which they came, one at a time. */
function inbox<T>(listen: (push: (message: T) => void) => void): () => Promise<T> {
  const messages: T[] = []
  const readers: ((message: T) => void)[] = []
  listen((message) => {
    const reader = readers.shift()
    if (reader) reader(message)
    else messages.push(message)
  })
  return () =>
    new Promise((resolve) => {
      if (messages.length > 0) resolve(messages.shift() as T)
      else readers.push(resolve)
    })
}

if (isMainThread) void main()
else hammer(workerData as Setup)
